/** An inspection for people: what it is in one line, then the facts, then what looks wrong. */
import { preRelease, type PreRelease } from "../../windows/index.js";
import { printable } from "../escape.js";
import { count, formatSize, wrap } from "../format.js";
import type { Style } from "../style.js";
import type { Fact } from "./fact-sheet.js";
import { factLines } from "./fact-sheet.js";
import type { Inspection } from "../../steps/inspect-image.js";

const fileSystemNames = { udf: "UDF", joliet: "Joliet", iso9660: "ISO 9660" } as const;

export function inspectionText(inspection: Inspection, verbose: boolean, style: Style, columns: number): string {
  const { image, warnings } = inspection;
  const facts = [...windowsFacts(inspection), ...imageFacts(inspection)];
  const editions = verbose ? `\n${editionLines(inspection)}` : "";
  const lines = warnings.map((warning) =>
    wrap(`${style.warning("warning:")} ${printable(warning.message)} [${warning.code}]`, columns, "  "),
  );
  return [
    style.strong(headline(inspection)) + "\n",
    factLines([["image", `${printable(image.path)}, ${formatSize(image.size)}`], ...facts], style, columns),
    editions,
    ...lines.map((line) => `${line}\n`),
  ].join("");
}

/** `Windows 7 Professional with Service Pack 1, x86, en-US`. */
export function headline({ windows }: Pick<Inspection, "windows">): string {
  if (windows.product === null) return "No Windows was found in this image";
  const edition = windows.edition === null ? "" : ` ${printable(windows.edition)}`;
  const pack = releaseWords(preRelease(windows)) ?? servicePackWords(windows.servicePack);
  return [`${windows.product}${edition}${pack}`, windows.architecture ?? "unknown architecture", ...windows.languages]
    .map(printable)
    .join(", ");
}

/** Of what was never released, its name says more than its service pack. */
function releaseWords(found: PreRelease | null): string | null {
  if (found === null) return null;
  return found.isServicePack ? ` with Service Pack 1 ${found.name}` : ` ${found.name}`;
}

function servicePackWords(servicePack: number | null): string {
  if (servicePack === null) return "";
  return servicePack === 0 ? " without service pack" : ` with Service Pack ${servicePack}`;
}

function windowsFacts({ windows, known }: Inspection): Fact[] {
  const facts: Fact[] = [];
  if (windows.build !== null) facts.push(["build", [windows.build, windows.servicePackBuild ?? []].flat().join(".")]);
  if (windows.channel !== null) facts.push(["channel", printable(windows.channel)]);
  if (windows.editions.length > 0) {
    const names = windows.editions.map((edition) => printable(edition.id ?? edition.name)).join(", ");
    facts.push(["editions", names]);
    const offered = windows.edition === null ? "all of them, as a menu" : printable(windows.edition);
    facts.push(["Setup offers", offered]);
  }
  if (known !== null) facts.push(["looks like", `${printable(known.fileName)} (size and label; hash not checked)`]);
  return facts;
}

function imageFacts({ image }: Inspection): Fact[] {
  const systems = image.fileSystems.map(({ fileSystem, revision }) =>
    revision === undefined ? fileSystemNames[fileSystem] : `${fileSystemNames[fileSystem]} ${revision}`,
  );
  const boot = image.elTorito === null ? "no boot catalogue (El Torito)" : "El Torito boot catalogue";
  return [
    ["volume", `${printable(image.volumeLabel) || "no label"}, ${systems.join(" and ")}`],
    ["content", `${count(image.files, "file")} in ${count(image.directories, "directory")}`],
    ["as a disc", boot],
  ];
}

function editionLines({ windows }: Inspection): string {
  return windows.editions
    .map((edition) => {
      const build = [edition.build ?? "?", edition.servicePackBuild ?? []].flat().join(".");
      const words = [edition.architecture ?? "?", build, ...edition.languages].map(printable).join(", ");
      return `  image ${edition.index}  ${printable(edition.name)} (${words})\n`;
    })
    .join("");
}
