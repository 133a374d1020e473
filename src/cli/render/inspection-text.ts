/** An inspection for people: what it is in one line, then the facts, then what looks wrong. */
import { preRelease, type PreRelease } from "../../windows/index.js";
import { printable } from "../escape.js";
import { count, formatSize } from "../../bytes/amounts.js";
import { wrap } from "../format.js";
import type { Style } from "../style.js";
import type { Fact } from "./fact-sheet.js";
import { factLines } from "./fact-sheet.js";
import type { BootEntry } from "../../iso9660-reader/index.js";
import type { Inspection } from "../../steps/inspect-image.js";

const fileSystemNames = { udf: "UDF", joliet: "Joliet", iso9660: "ISO 9660" } as const;

export function inspectionText(inspection: Inspection, verbose: boolean, style: Style, columns: number): string {
  const { image, warnings } = inspection;
  const facts = [...windowsFacts(inspection), ...imageFacts(inspection)];
  const sections = verbose ? verboseSections(inspection, style, columns) : "";
  const lines = warnings.map((warning) =>
    wrap(`${style.warning("warning:")} ${printable(warning.message)} [${warning.code}]`, columns, "  "),
  );
  return [
    style.strong(headline(inspection)) + "\n",
    factLines([imageFact(image), ...facts], style, columns),
    sections,
    ...lines.map((line) => `${line}\n`),
  ].join("");
}

/** Where it lies and how large it is; of a disc, as its volume says. */
export function imageFact({
  path,
  size,
  capacity = size,
}: Pick<Inspection["image"], "path" | "size" | "capacity">): Fact {
  const words = `${printable(path)}, ${formatSize(size)}`;
  if (capacity <= size) return ["image", words];
  return ["image", `${words}; the drive counts ${formatSize(capacity - size)} more, run-out that is not read`];
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

/** What `--verbose` adds: a list each, in two columns. */
function verboseSections(inspection: Inspection, style: Style, columns: number): string {
  const { windows, image } = inspection;
  const install = windows.installImage;
  const boot = windows.bootImages;
  const lists: [string, Fact[]][] = [
    [`Editions${install === null ? "" : ` in ${printable(install.path)}`}`, editionFacts(inspection)],
    [`Boot images${boot === null ? "" : ` in ${printable(boot.path)}`}`, bootImageFacts(inspection)],
    ["File systems", image.fileSystems.map(fileSystemFact)],
    ["Boot entries", (image.elTorito?.entries ?? []).map(bootEntryFact)],
  ];
  return lists
    .filter(([, facts]) => facts.length > 0)
    .map(([title, facts]) => `\n${style.strong(title)}\n${factLines(facts, style, columns)}`)
    .join("");
}

function editionFacts({ windows }: Inspection): Fact[] {
  return windows.editions.map((edition): Fact => {
    const build = [edition.build ?? "?", edition.servicePackBuild ?? []].flat().join(".");
    const words = [edition.architecture ?? "?", build, ...edition.languages].map(printable).join(", ");
    const id = edition.id === null ? "" : `, ${printable(edition.id)}`;
    return [`image ${edition.index}`, `${printable(edition.name)}${id} (${words})`];
  });
}

function bootImageFacts({ windows }: Inspection): Fact[] {
  const { images = [], bootIndex = 0 } = windows.bootImages ?? {};
  return images.map(({ index, name, architecture, build }): Fact => {
    const words = [architecture ?? "?", String(build ?? "?"), ...(index === bootIndex ? ["it starts"] : [])];
    return [`image ${index}`, `${printable(name)} (${words.map(printable).join(", ")})`];
  });
}

function fileSystemFact({ fileSystem, revision, volumeLabel }: Inspection["image"]["fileSystems"][number]): Fact {
  const name = [fileSystemNames[fileSystem], revision ?? []].flat().join(" ");
  return [name, `label ${printable(volumeLabel) || "none"}`];
}

const bootPlatforms: Readonly<Record<number, string>> = { 0: "BIOS", 1: "PowerPC", 2: "Mac", 0xef: "UEFI" };
const mediaTypes = ["no emulation", "floppy of 1.2 MB", "floppy of 1.44 MB", "floppy of 2.88 MB", "hard disk"] as const;

function bootEntryFact({ platform, bootable, mediaType, sectorCount, loadRba }: BootEntry): Fact {
  const what = mediaTypes[mediaType] ?? `media type ${mediaType}`;
  const words = [what, `${count(sectorCount, "sector")} from sector ${loadRba}`, ...(bootable ? [] : ["not to boot"])];
  return [bootPlatforms[platform] ?? `platform ${platform}`, words.join(", ")];
}
