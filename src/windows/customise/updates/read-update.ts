/** A file of a folder of updates: what it is, or why it is no update for this Windows. */
import { MiB } from "../../../bytes/units.js";
import type { Cabinet } from "../../../cabinet/index.js";
import { CabinetFault, checkBlocks, openCabinet, readCabinetFile } from "../../../cabinet/index.js";
import type { DriverArchitecture } from "../../../drivers/index.js";
import type { ByteSource } from "../../../source/byte-source.js";
import { parseDocument } from "../xml-document.js";
import type { UpdatePackage } from "./identity.js";
import { kbIn, packageOfManifest, packagesOfInstruction } from "./identity.js";

/** A file of the folder. */
export type UpdateFile = { readonly path: string; readonly source: ByteSource };

/** An update that is for the image's Windows. */
export type ReadUpdate = UpdateFile & {
  readonly kind: "cab" | "msu";
  readonly kb: number | null;
  /** Of an .msu, each with the name of its cabinet in it; of a .cab one, without. */
  readonly packages: readonly (UpdatePackage & { readonly cabinet: string | null })[];
};

/** Why a file is of no use. */
export type UpdateRefusal =
  /** `reason`: the end of a sentence about it. */
  | { readonly code: "damaged" | "unsupported" | "not-an-update"; readonly reason: string }
  | { readonly code: "other-architecture"; readonly architecture: string }
  /** `windows`: versions as `6.2`. */
  | { readonly code: "other-windows"; readonly windows: readonly string[] };

const manifestName = "update.mum";
/** Of rollups it lists some thousand packages. */
const manifestLimit = 4 * MiB;
/** What an .msu is installed by has a few hundred bytes. */
const instructionLimit = MiB;
const windows7Version = "6.1";
/** Without the blanks and signs that a command line would have to quote. */
const cabinetName = /^[\w.-]{1,120}$/;

export const isUpdateName = (path: string): boolean => /\.(?:cab|msu)$/i.test(path);

/** Reads all of the file: its blocks have checksums. Throws what its source throws. */
export async function readUpdate(
  file: UpdateFile,
  architecture: DriverArchitecture,
): Promise<ReadUpdate | UpdateRefusal> {
  const kind = file.path.toLowerCase().endsWith(".msu") ? "msu" : "cab";
  try {
    const cabinet = await openCabinet(file.source);
    const packages = await (kind === "msu" ? packagesInMsu(cabinet) : packagesInCab(cabinet));
    if (typeof packages === "string") return { code: "not-an-update", reason: packages };
    const refusal = unfit(packages, architecture);
    if (refusal !== null) return refusal;
    await checkBlocks(cabinet);
    return { ...file, kind, kb: packages[0]!.kb ?? kbIn(file.path), packages };
  } catch (error) {
    if (!(error instanceof CabinetFault)) throw error;
    const code = error.kind === "not-a-cabinet" ? "not-an-update" : error.kind;
    return { code, reason: error.message };
  }
}

function unfit(packages: readonly UpdatePackage[], wanted: DriverArchitecture): UpdateRefusal | null {
  const other = packages
    .map(({ identity }) => identity.architecture)
    .find((each) => each !== wanted && each !== "neutral");
  if (other !== undefined) return { code: "other-architecture", architecture: other };
  const { windows = [] } =
    packages.find((each) => each.windows.length > 0 && !each.windows.includes(windows7Version)) ?? {};
  return windows.length === 0 ? null : { code: "other-windows", windows };
}

type Packages = ReadUpdate["packages"] | string;

async function packagesInCab(cabinet: Cabinet): Promise<Packages> {
  const file = cabinet.files.find(({ name }) => name.toLowerCase() === manifestName);
  if (file === undefined) {
    const isMsu = cabinet.files.some(({ name }) => name.toLowerCase().endsWith(".cab"));
    return `it has no ${manifestName}, as an update has${isMsu ? "; with the cabinets in it, it may be an .msu" : ""}`;
  }
  const root = parseDocument(await readCabinetFile(cabinet, file, manifestLimit), manifestLimit, "update");
  const found = typeof root === "string" ? null : packageOfManifest(root);
  return found === null ? `its ${manifestName} describes no package` : [{ ...found, cabinet: null }];
}

/** Its properties, and what Windows Update would search, are passed over. */
async function packagesInMsu(cabinet: Cabinet): Promise<Packages> {
  const file = cabinet.files.find(({ name }) => name.toLowerCase().endsWith(".xml"));
  if (file === undefined) return "it has no .xml that says what is installed, as an .msu has";
  const root = parseDocument(await readCabinetFile(cabinet, file, instructionLimit), instructionLimit, "update");
  const listed = typeof root === "string" ? [] : packagesOfInstruction(root);
  if (listed.length === 0) return `its ${file.name} describes no package`;
  const names = new Map(cabinet.files.map(({ name }) => [name.toLowerCase(), name]));
  const missing = listed.find((each) => !cabinetName.test(names.get(each.cabinet.toLowerCase()) ?? ""));
  if (missing !== undefined) return `it has no ${missing.cabinet}, which its ${file.name} installs`;
  return listed.map((each) => ({ ...each.found, cabinet: names.get(each.cabinet.toLowerCase())! }));
}
