/** Signatures of packages that the test signs with keys of its own: what is changed, what is known to Windows 7. */
import { describe, expect, it } from "vitest";
import type { CatalogMember } from "../../fixtures/drivers/catalog.js";
import { catalogContent, catalogFile } from "../../fixtures/drivers/catalog.js";
import type { InfSections } from "../../fixtures/drivers/inf.js";
import { changedLines, infText } from "../../fixtures/drivers/inf.js";
import { programFile } from "../../fixtures/drivers/program.js";
import { programDigest, signProgram } from "../../fixtures/drivers/program-signature.js";
import type { TestDigest } from "../../fixtures/drivers/signing.js";
import { hashWith, makeSigner } from "../../fixtures/drivers/signing.js";
import type { DriverArchitecture, DriverPackage } from "../../src/drivers/index.js";
import { judgeDrivers, windows7On } from "../../src/drivers/index.js";
import { memoryFolder } from "./folder.js";

const signers = { sha1: makeSigner("Maker with SHA-1", "sha1"), sha256: makeSigner("Maker with SHA-2", "sha256") };
const driver = programFile("x86", { mark: 1 });
const boot: InfSections = { Strings: changedLines("Strings", "OnDemand=0") };
const noCatalog: InfSections = { Version: changedLines("Version").filter((line) => !line.startsWith("CatalogFile")) };

type Case = {
  readonly name: string;
  readonly inf?: InfSections;
  readonly driver?: Uint8Array;
  /** What is put into the folder in the place of what was signed. */
  readonly changed?: Readonly<Record<string, Uint8Array>>;
  /** Digest of members and of the signature; null: no catalog. */
  readonly catalog?: TestDigest | null;
  readonly signer?: keyof typeof signers | null;
  readonly systems?: string;
  /** Members of the catalog in the place of the right ones. */
  readonly members?: (members: readonly CatalogMember[]) => readonly CatalogMember[];
  /** Of the finished catalog. */
  readonly damage?: (catalog: Uint8Array) => Uint8Array;
  readonly architecture?: DriverArchitecture;
  readonly verdict: DriverPackage["verdict"];
  readonly refusals?: readonly unknown[];
  readonly warnings?: readonly unknown[];
  readonly digest?: DriverPackage["signature"]["digest"];
};

const withBit = (bytes: Uint8Array, at: number): Uint8Array => {
  const changed = bytes.slice();
  changed[at]! ^= 1;
  return changed;
};

const cases: readonly Case[] = [
  { name: "a catalog of SHA-1", verdict: "fits", digest: "sha1" },
  {
    name: "a catalog of SHA-256",
    catalog: "sha256",
    signer: "sha256",
    verdict: "fits",
    digest: "sha2",
    warnings: [{ code: "sha2-only" }],
  },
  {
    name: "SHA-1 by a certificate of SHA-256",
    signer: "sha256",
    verdict: "fits",
    digest: "sha2",
    warnings: [{ code: "sha2-only" }],
  },
  {
    name: "members of SHA-256 signed with SHA-1",
    catalog: "sha256",
    signer: "sha1",
    verdict: "fits",
    digest: "sha2",
    warnings: [{ code: "sha2-only" }],
  },
  { name: "a catalog that nobody signed", signer: null, verdict: "fits", warnings: [{ code: "unsigned" }] },
  { name: "no catalog", inf: noCatalog, catalog: null, verdict: "fits", warnings: [{ code: "unsigned" }] },
  {
    name: "a changed driver",
    changed: { "made.sys": withBit(driver, 0x300) },
    verdict: "refused",
    digest: "sha1",
    refusals: [{ code: "file-changed", file: "made.sys" }],
  },
  {
    name: "a changed INF",
    changed: { "made.inf": Buffer.from(`${infText()}; more`) },
    verdict: "refused",
    digest: "sha1",
    refusals: [{ code: "file-changed", file: "made.inf" }],
  },
  {
    name: "a driver with another checksum, which is not signed",
    changed: { "made.sys": withBit(driver, 0x80 + 24 + 64) },
    verdict: "fits",
    digest: "sha1",
  },
  {
    name: "a driver that the catalog does not name",
    members: (members) => members.filter(({ name }) => name !== "made.sys"),
    verdict: "refused",
    digest: "sha1",
    refusals: [{ code: "file-not-in-catalog", file: "made.sys" }],
  },
  {
    name: "a driver of an odd length",
    driver: programFile("x86", { size: 0x403 }),
    verdict: "fits",
    digest: "sha1",
  },
  {
    name: "a driver by its plain hash",
    members: ([inf]) => [inf!, { name: "made.sys", digest: hashWith("sha1", driver) }],
    verdict: "fits",
    digest: "sha1",
  },
  {
    name: "a catalog with a changed member",
    damage: (catalog) => {
      const text = Buffer.from(catalog);
      const at = text.indexOf(Buffer.from("2:6.1", "utf16le"));
      return withBit(catalog, at);
    },
    verdict: "refused",
    refusals: [{ code: "catalog-damaged", file: "made.cat", reason: "signature" }],
    warnings: [{ code: "unsigned" }],
  },
  {
    name: "a catalog that is cut short",
    damage: (catalog) => catalog.subarray(0, catalog.length - 9),
    verdict: "refused",
    refusals: [{ code: "catalog-damaged", file: "made.cat", reason: "structure" }],
    warnings: [{ code: "unsigned" }],
  },
  {
    name: "a catalog that is none",
    damage: () => Buffer.from("made of text"),
    verdict: "refused",
    refusals: [{ code: "catalog-damaged", file: "made.cat", reason: "structure" }],
    warnings: [{ code: "unsigned" }],
  },
  {
    name: "a catalog for Windows 10",
    systems: "2:10.0",
    verdict: "fits",
    digest: "sha1",
    warnings: [{ code: "catalog-newer-windows", versions: ["2:10.0"] }],
  },
  { name: "a catalog for Windows Vista", systems: "2:6.0", verdict: "fits", digest: "sha1" },
  {
    name: "a driver with a signature of its own that is another's, in a catalog",
    driver: signProgram(driver, "sha1", signers.sha1),
    changed: { "made.sys": withBit(signProgram(driver, "sha1", signers.sha1), 0x300) },
    verdict: "refused",
    digest: "sha1",
    refusals: [{ code: "file-changed", file: "made.sys" }],
  },
  { name: "a catalog for several", systems: "2:6.0,2:6.1,2:6.2", verdict: "fits", digest: "sha1" },
  {
    name: "a boot driver without a signature in it",
    inf: boot,
    verdict: "refused",
    digest: "sha1",
    refusals: [{ code: "boot-start-signature", service: "made", file: "made.sys", digest: null }],
  },
  {
    name: "a boot driver signed with SHA-256",
    inf: boot,
    driver: signProgram(driver, "sha256", signers.sha256),
    verdict: "refused",
    digest: "sha1",
    refusals: [{ code: "boot-start-signature", service: "made", file: "made.sys", digest: "SHA-256" }],
  },
  {
    name: "a boot driver signed with SHA-1",
    inf: boot,
    driver: signProgram(driver, "sha1", signers.sha1),
    verdict: "fits",
    digest: "sha1",
  },
  {
    name: "a boot driver whose signature is another file's",
    inf: { ...boot, ...noCatalog },
    catalog: null,
    changed: { "made.sys": withBit(signProgram(driver, "sha1", signers.sha1), 0x300) },
    verdict: "refused",
    refusals: [{ code: "file-changed", file: "made.sys" }],
    warnings: [{ code: "unsigned" }],
  },
  {
    name: "a driver whose own signature is broken",
    inf: noCatalog,
    catalog: null,
    changed: { "made.sys": withBit(signProgram(driver, "sha1", signers.sha1), driver.length + 400) },
    verdict: "refused",
    refusals: [{ code: "file-changed", file: "made.sys" }],
    warnings: [{ code: "unsigned" }],
  },
  {
    name: "a driver for amd64 that is not signed",
    inf: { ...noCatalog, Manufacturer: ["%Vendor%=Made,NTamd64"], "Made.NTamd64": ["%Device%=Made_Install,PCI\\A"] },
    driver: programFile("amd64"),
    catalog: null,
    architecture: "amd64",
    verdict: "refused",
    refusals: [{ code: "kernel-signature", file: "made.sys" }],
    warnings: [{ code: "unsigned" }],
  },
  {
    name: "a driver for amd64 in a catalog",
    inf: { Manufacturer: ["%Vendor%=Made,NTamd64"], "Made.NTamd64": ["%Device%=Made_Install,PCI\\A"] },
    driver: programFile("amd64"),
    architecture: "amd64",
    verdict: "fits",
    digest: "sha1",
  },
];

async function judge(row: Case): Promise<DriverPackage> {
  const { inf = {}, catalog = "sha1", signer = "sha1", systems = "2:6.1", members = (all) => all } = row;
  const files: Record<string, Uint8Array> = { "made.inf": Buffer.from(infText(inf)), "made.sys": row.driver ?? driver };
  if (catalog !== null) {
    // Before it was signed itself, which its catalog's hash leaves out.
    const plain = files["made.sys"]!.length > 0x800 ? driver : files["made.sys"]!;
    const content = catalogContent(
      members([
        { name: "made.inf", digest: hashWith(catalog, files["made.inf"]!) },
        { name: "made.sys", digest: programDigest(plain, catalog) },
      ]),
      catalog,
      systems,
    );
    const file = catalogFile(content, catalog, signer === null ? null : signers[signer]);
    files["made.cat"] = row.damage?.(file) ?? file;
  }
  const folder = memoryFolder({ ...files, ...row.changed });
  const packages = await judgeDrivers(folder, windows7On(row.architecture ?? "x86"));
  return packages[0]!;
}

describe("a signature", () => {
  it.each(cases)("of $name", async (row) => {
    const { verdict, refusals, warnings, signature } = await judge(row);
    expect({ verdict, refusals, warnings, digest: signature.digest }).toEqual({
      verdict: row.verdict,
      refusals: row.refusals ?? [],
      warnings: row.warnings ?? [],
      digest: row.digest ?? "none",
    });
  });

  it("is told with its signer's name", async () => {
    expect((await judge(cases[0]!)).signature).toEqual({ digest: "sha1", signer: "Maker with SHA-1" });
  });
});
