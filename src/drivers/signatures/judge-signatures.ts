/**
 * What the signatures of a package say: is each file the one that was signed, and would a Windows 7 without updates take
 * it? A catalog signs the INF and all that it copies; a program may have a signature of its own, which a driver that the
 * boot manager loads needs. Windows 7 as it was published knows SHA-1 alone (advisory 3033929).
 */
import type { DriverRefusal, DriverWarning } from "../findings.js";
import type { FolderFile } from "../folder-files.js";
import type { PortableExecutable } from "../portable-executable.js";
import type { DriverTarget } from "../target.js";
import { compareVersions } from "../target.js";
import { toHex } from "../../bytes/hex.js";
import type { EmbeddedSignature } from "./authenticode.js";
import { embeddedSignature, programDigests } from "./authenticode.js";
import type { Catalog } from "./catalog.js";
import { parseCatalog } from "./catalog.js";
import { DerFault } from "./der.js";
import type { DigestName } from "./digests.js";
import { hash } from "./digests.js";
import type { SignatureFacts } from "./signed-data.js";
import { catalogSizeLimit } from "../limits.js";

/** A file of a package with what it is. */
export type ReadFile = {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Null for what is no program. */
  readonly program: PortableExecutable | null;
  /** The service whose file it is; null for any other file. */
  readonly service: { readonly name: string; readonly isBootStart: boolean; readonly isKernelDriver: boolean } | null;
};

/** Who has signed a package, as far as its files say. */
export type PackageSignature = {
  /** `sha2`: at least one of the digests that have to be known is none of SHA-1. */
  readonly digest: "none" | "sha1" | "sha2";
  /** The name in the certificate; null where there is none. */
  readonly signer: string | null;
};

export type SignatureFindings = {
  readonly signature: PackageSignature;
  readonly refusals: readonly DriverRefusal[];
  readonly warnings: readonly DriverWarning[];
};

/** Judges a package of one catalog; file by file, so that no two are in memory. */
export class SignatureJudge {
  readonly #target: DriverTarget;
  readonly #catalog: Catalog | null;
  readonly #refusals: DriverRefusal[];
  /** Of programs, where no catalog says who. */
  #embedded: SignatureFacts | null = null;

  private constructor(target: DriverTarget, catalog: Catalog | null, refusals: DriverRefusal[]) {
    this.#target = target;
    this.#catalog = catalog;
    this.#refusals = refusals;
  }

  /** `file`: the catalog, null where there is none. */
  static async open(file: FolderFile | null, target: DriverTarget): Promise<SignatureJudge> {
    const refusals: DriverRefusal[] = [];
    const catalog = file === null ? null : await readCatalog(file, refusals);
    return new SignatureJudge(target, catalog, refusals);
  }

  async add(file: ReadFile): Promise<void> {
    const { path, bytes, program, service } = file;
    const embedded = program === null ? null : await embeddedSignature(bytes, program);
    if (embedded !== null && !(embedded.isSound && embedded.isOfFile)) {
      this.#note({ code: "file-changed", file: path });
    } else {
      this.#embedded ??= embedded;
      if (this.#catalog !== null && !(await isIn(this.#catalog, file))) this.#note(absence(this.#catalog, path));
    }
    if (service === null) return;
    if (service.isBootStart && !isSha1(embedded)) {
      this.#note({ code: "boot-start-signature", service: service.name, file: path, digest: newest(embedded) });
    } else if (this.#target.architecture === "amd64" && service.isKernelDriver && !this.#isSigned(embedded)) {
      this.#note({ code: "kernel-signature", file: path });
    }
  }

  result(): SignatureFindings {
    const refusals = this.#refusals;
    const facts = this.#catalog?.signature ?? null;
    const digest = facts === null ? "none" : isSha1(facts) ? "sha1" : "sha2";
    const signature: PackageSignature = { digest, signer: (facts ?? this.#embedded)?.signer ?? null };
    const warnings: DriverWarning[] = [];
    if (digest === "none") warnings.push({ code: "unsigned" });
    else if (digest === "sha2") warnings.push({ code: "sha2-only" });
    const versions = this.#catalog?.systems ?? [];
    if (versions.length > 0 && versions.every((each) => isNewer(each, this.#target))) {
      warnings.push({ code: "catalog-newer-windows", versions });
    }
    return {
      signature: { ...signature, signer: signature.signer ?? this.#embedded?.signer ?? null },
      refusals,
      warnings,
    };
  }

  #isSigned(embedded: EmbeddedSignature | null): boolean {
    return isSha1(embedded) || isSha1(this.#catalog?.signature ?? null);
  }

  #note(refusal: DriverRefusal): void {
    this.#refusals.push(refusal);
  }
}

/** Null where it cannot be read, which is noted. */
async function readCatalog(file: FolderFile, refusals: DriverRefusal[]): Promise<Catalog | null> {
  const damaged = (reason: "structure" | "signature"): null => {
    refusals.push({ code: "catalog-damaged", file: file.path, reason });
    return null;
  };
  if (file.size > catalogSizeLimit) return damaged("structure");
  try {
    const catalog = await parseCatalog(await file.read());
    return catalog.signature?.isSound === false ? damaged("signature") : catalog;
  } catch (error) {
    if (error instanceof DerFault) return damaged("structure");
    throw error;
  }
}

/** By any digest that the catalog has members with: a program by its own rules, or as any other file. */
async function isIn({ digests, digestNames }: Catalog, { bytes, program }: ReadFile): Promise<boolean> {
  for (const name of digestNames) {
    const own = program === null ? [] : await programDigests(bytes, program, name);
    if ([...own, toHex(await hash(name, bytes))].some((digest) => digests.has(digest))) return true;
  }
  return false;
}

/** A member of its name and another hash is the file as it was. */
function absence({ names }: Catalog, path: string): DriverRefusal {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return { code: names.has(name) ? "file-changed" : "file-not-in-catalog", file: path };
}

/** `2:6.1`: 2 stands for Windows NT. Vista's catalogs are taken by Windows 7. */
function isNewer(system: string, { version }: DriverTarget): boolean {
  const [, major, minor] = /^2:(\d+)\.(\d+)/.exec(system) ?? [];
  return major !== undefined && compareVersions({ major: Number(major), minor: Number(minor) }, version) > 0;
}

function isSha1(facts: SignatureFacts | null): boolean {
  return facts !== null && facts.isSound && facts.digests.every((name) => name === "SHA-1");
}

/** The digest that stands in the way. */
function newest(facts: SignatureFacts | null): DigestName | null {
  return facts?.digests.find((name) => name !== "SHA-1") ?? null;
}
