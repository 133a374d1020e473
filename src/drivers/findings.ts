/**
 * What is found against a package, as codes with data: the caller makes sentences. The codes are part of the public
 * contract. How sure each consequence is stands in docs/rooms/drivers.md.
 */
import type { InfFaultReason } from "./inf/inf-fault.js";

/** Why a package is of no use for the Windows that it was judged for. */
export type DriverRefusal =
  | { readonly code: "inf-unreadable"; readonly reason: InfFaultReason; readonly line: number }
  /** It is for no device: there is no [Manufacturer], or no model. */
  | { readonly code: "no-devices" }
  | { readonly code: "other-architecture"; readonly architectures: readonly string[] }
  | { readonly code: "newer-windows"; readonly versions: readonly string[] }
  /** The models section that would be taken is empty, which says that it is not for this Windows. */
  | { readonly code: "excluded"; readonly sections: readonly string[] }
  | { readonly code: "no-install-section"; readonly sections: readonly string[] }
  | { readonly code: "file-missing"; readonly files: readonly string[] }
  /** The file is there in compressed form (`x.sy_`), or in a cabinet. */
  | { readonly code: "file-packed"; readonly files: readonly string[] }
  /** Two files differ by their case alone, and neither is written as the INF has it. */
  | { readonly code: "file-ambiguous"; readonly files: readonly string[] }
  | { readonly code: "path-escapes"; readonly files: readonly string[] }
  | { readonly code: "wrong-machine"; readonly file: string; readonly machine: string }
  /** The file of a service is no program. */
  | { readonly code: "not-a-program"; readonly file: string }
  | { readonly code: "file-too-large"; readonly file: string; readonly size: number }
  /** A framework of a version that was never made for Windows 7. */
  | FrameworkFinding<"framework-unsupported">
  | { readonly code: "catalog-missing"; readonly file: string }
  /** It is no catalog, or its signature is of another one. */
  | { readonly code: "catalog-damaged"; readonly file: string; readonly reason: "structure" | "signature" }
  /** Its hash is not the one that was signed. */
  | { readonly code: "file-changed"; readonly file: string }
  | { readonly code: "file-not-in-catalog"; readonly file: string }
  /** A driver of the boot manager without the embedded signature that Windows 7 takes. */
  | {
      readonly code: "boot-start-signature";
      readonly service: string;
      readonly file: string;
      /** The digest that it has in the place of SHA-1; null where it is not signed. */
      readonly digest: string | null;
    }
  /** The kernel of a 64-bit Windows loads no driver without a signature that it takes. */
  | { readonly code: "kernel-signature"; readonly file: string };

/** Why Windows PE cannot load a package that the installed Windows can. */
export type SetupRefusal = FrameworkFinding<"framework-newer">;

/** What a person should know of a package that may work. */
export type DriverWarning =
  /** No catalog of it is signed. */
  | { readonly code: "unsigned" }
  /** Windows 7 without updates knows SHA-1 alone. */
  | { readonly code: "sha2-only" }
  | { readonly code: "co-installer"; readonly files: readonly string[] }
  /** A framework that neither Windows 7 nor the package has. */
  | FrameworkFinding<"framework-not-included">
  /** Files that the INF leaves to Windows. */
  | { readonly code: "windows-files"; readonly files: readonly string[] }
  /** Some of its devices have no install section. */
  | { readonly code: "devices-without-section"; readonly sections: readonly string[] }
  /** The catalog is for newer versions of Windows alone. */
  | { readonly code: "catalog-newer-windows"; readonly versions: readonly string[] }
  | { readonly code: "utf8-inf" };

type FrameworkFinding<Code extends string> = {
  readonly code: Code;
  readonly framework: "kmdf" | "umdf";
  readonly version: string;
};
