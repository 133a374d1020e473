/** What win7usb knows of a Windows image once it has been looked at. Null = the image does not say. */
import type { Warning } from "../errors.js";
import type { WimArchitecture } from "../wim/index.js";
import type { Channel, VolumeLabel } from "./volume-label.js";

/** `mixed`: the install image holds images of more than one architecture. */
export type Architecture = WimArchitecture | "mixed";

/** One image of install.wim. */
export type Edition = {
  /** Counted from 1, as Setup and DISM count. */
  readonly index: number;
  /** EDITIONID, such as `HomePremiumN`. */
  readonly id: string | null;
  readonly name: string;
  readonly architecture: WimArchitecture | null;
  readonly build: number | null;
  readonly servicePack: number | null;
  readonly servicePackBuild: number | null;
  readonly languages: readonly string[];
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly modified: number | null;
};

/** install.wim, its parts, or install.esd: what Setup installs. */
export type InstallImage = {
  /** As found in the tree, such as `sources/install.wim`. */
  readonly path: string;
  readonly kind: "wim" | "swm" | "esd";
  readonly totalParts: number;
  /** Parts of a split set that the tree does not hold, by their path. */
  readonly missingParts: readonly string[];
};

/** boot.wim: what the disc starts. */
export type BootImages = {
  readonly path: string;
  /** Image that is set to boot, counted from 1; 0 = none. */
  readonly bootIndex: number;
  readonly images: readonly {
    readonly index: number;
    readonly name: string;
    readonly architecture: WimArchitecture | null;
    readonly build: number | null;
  }[];
};

/** A WIM that what the disc starts cannot read. */
export type UnreadableWim = {
  readonly path: string;
  readonly role: "boot" | "install";
  /** What it is instead, as words that follow "it is". */
  readonly reason: string;
};

/** Which Windows an image holds, by what it says of itself. */
export type WindowsIdentity = {
  /** `Windows 7`, another Windows' name, or several joined by " and "; null where it is no Windows that is known. */
  readonly product: string | null;
  readonly architecture: Architecture | null;
  /** 7601; the lowest where the images differ. */
  readonly build: number | null;
  /** The lowest of all images; null where one of them does not say. */
  readonly servicePack: number | null;
  readonly servicePackBuild: number | null;
  /** Of all images, sorted by name, the default language of the first image in front. */
  readonly languages: readonly string[];
  /** EDITIONID of what Setup installs without asking; null where it offers a menu. */
  readonly edition: string | null;
  readonly channel: Channel | null;
  readonly editions: readonly Edition[];
  /** Folders of the disc with Setup: of several, all that is said here is of the first. */
  readonly setupFolders: readonly string[];
  readonly installImage: InstallImage | null;
  readonly bootImages: BootImages | null;
  /** WIMs that what the disc starts cannot read. */
  readonly unreadable: readonly UnreadableWim[];
  /** Null where the label is not one of Windows 7's. */
  readonly volumeLabel: VolumeLabel | null;
  readonly warnings: readonly Warning[];
};
