/** Sound answer files for the fuzzer, and where their tags, values and texts lie. */
import {
  answerFile,
  component,
  installFrom,
  settings,
  shapedKey,
  unattend,
  userData,
  wipingDisk,
} from "../../../fixtures/windows7/answer-file.js";
import type { Inputs } from "./inputs.js";
import { StructureBuilder } from "./structure.js";

export function answerFileInputs(): Inputs {
  const whole = unattend(
    settings(
      "windowsPE",
      component({ content: userData(shapedKey) + installFrom("/IMAGE/NAME", "Windows 7 ULTIMATE") }),
    ),
    settings("specialize", component({ name: "Microsoft-Windows-Shell-Setup", architecture: "amd64" }), component({})),
    '<!-- <!DOCTYPE u [<!ENTITY e "&e;&e;">]> --><servicing/>',
  );
  const disks = answerFile(
    `${wipingDisk}<RunSynchronous><Path>a&amp;b&#65;<![CDATA[diskpart]]></Path></RunSynchronous>`,
  );
  const inputs = new Map(
    [
      ["whole", whole],
      ["disks", disks],
    ].map(([name, text]) => [name!, Buffer.from(text!)]),
  );
  inputs.set("utf-16", Buffer.from(`\ufeff${disks.replace("utf-8", "utf-16")}`, "utf16le"));
  return new Map([...inputs].map(([name, bytes]) => [name, new Uint8Array(bytes)]));
}

/** One of a kind may be put in another's place: most of what comes of it is still XML. */
export function answerFileStructure(data: Uint8Array): StructureBuilder {
  const found = new StructureBuilder();
  const isWide = data[0] === 0xff;
  const width = isWide ? 2 : 1;
  const text = new TextDecoder(isWide ? "utf-16le" : "latin1", { ignoreBOM: true }).decode(data);
  const patterns = {
    element: /<(\w+)[^<>]*>[^<>]*<\/\1>/g,
    tag: /<[^<>]+>/g,
    value: /(?<==")[^"<>]*(?=")/g,
    text: /(?<=>)[^<>]+(?=<)/g,
  };
  for (const [kind, pattern] of Object.entries(patterns)) {
    for (const { index, 0: all } of text.matchAll(pattern)) found.place(kind, index * width, all.length * width);
  }
  for (let at = 0; at < text.length; at += 50) found.site("letter", at * width, width);
  return found;
}
