/** Which files of a folder become a package: what the INFs of one folder name, and no two that are one to Windows. */
import { describe, expect, it } from "vitest";
import { changedLines, infText } from "../../../fixtures/drivers/inf.js";
import { programFile } from "../../../fixtures/drivers/program.js";
import { judgeDrivers, windows7On } from "../../../src/drivers/index.js";
import { Win7UsbError } from "../../../src/errors.js";
import { chooseDrivers } from "../../../src/windows/customise/choose-drivers.js";
import { contentOf } from "../../support/planned-wims.js";

/** Packages of these files, each chosen as it would be for a stick. */
async function chosen(contents: Readonly<Record<string, Uint8Array | string>>) {
  const all = Object.entries(contents).map(([path, data]) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return { path, size: bytes.length, content: contentOf(bytes), read: () => Promise.resolve(bytes) };
  });
  const packages = await judgeDrivers(all, windows7On("x86"));
  expect(packages.map(({ verdict }) => verdict)).toEqual(packages.map(() => "fits"));
  const files = new Map(all.map(({ path, size, content }) => [path, { size, content }]));
  return chooseDrivers({ packages, files }, (purpose) => purpose);
}

const version = changedLines("Version").filter((line) => !line.startsWith("CatalogFile"));
const network = version.map((line) =>
  line.startsWith("ClassGuid=") ? "ClassGuid={4D36E972-E325-11CE-BFC1-08002BE10318}" : line,
);
const infOf = (file: string, Version = version): string =>
  infText({
    Version,
    Made_Files: [file],
    SourceDisksFiles: [`${file}=1`],
    Made_Service: ["ServiceType=1", "StartType=3", "ErrorControl=1", `ServiceBinary=%12%\\${file}`],
  });
const program = (mark: number): Uint8Array => programFile("x86", { mark, size: 0x1000 });

describe("files of a package that differ in case alone", () => {
  it.each([
    ["drivers for Setup", { "usb/a.inf": infOf("made.sys"), "usb/b.inf": infOf("MADE.SYS") }],
    ["drivers for Windows", { "usb/a.inf": infOf("made.sys", network), "usb/b.inf": infOf("MADE.SYS", network) }],
  ])("are refused: %s", async (_name, infs) => {
    const error = await chosen({ ...infs, "usb/made.sys": program(1), "usb/MADE.SYS": program(2) }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Win7UsbError);
    expect(error).toMatchObject({
      code: "edit-conflict",
      message: '"usb/made.sys" and "usb/MADE.SYS" differ in case only',
    });
  });

  it("are refused where they are the INFs", async () => {
    const files = { "made.inf": infOf("made.sys"), "MADE.INF": infOf("made.sys"), "made.sys": program(1) };
    await expect(chosen(files)).rejects.toMatchObject({ code: "edit-conflict" });
  });

  it("are two packages in two folders, and one file where two INFs name it in two ways", async () => {
    const folders = await chosen({
      "one/a.inf": infOf("made.sys"),
      "one/made.sys": program(1),
      "two/a.inf": infOf("MADE.SYS"),
      "two/MADE.SYS": program(2),
    });
    expect(folders.map(({ stick }) => stick.files.map(({ path }) => path))).toEqual([
      ["a.inf", "made.sys"],
      ["a.inf", "MADE.SYS"],
    ]);
    const [shared] = await chosen({
      "a.inf": infOf("made.sys"),
      "b.inf": infOf("MADE.SYS"),
      "made.sys": program(1),
    });
    expect(shared!.stick.files.map(({ path }) => path)).toEqual(["a.inf", "made.sys", "b.inf"]);
  });
});
