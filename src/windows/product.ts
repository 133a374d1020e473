/** From version numbers to the product's name. The kernel version alone does not tell a client from a server. */
import type { WimImage } from "../wim/index.js";

export const windows7 = "Windows 7";

type Release = {
  readonly version: string;
  readonly lowestBuild: number;
  readonly client: string | null;
  readonly server: string | null;
};

/** Newest first: the first row of the version whose lowest build is reached names the product. */
const releases: readonly Release[] = [
  { version: "10.0", lowestBuild: 26_100, client: "Windows 11", server: "Windows Server 2025" },
  { version: "10.0", lowestBuild: 22_000, client: "Windows 11", server: "Windows Server" },
  { version: "10.0", lowestBuild: 20_348, client: "Windows 10", server: "Windows Server 2022" },
  { version: "10.0", lowestBuild: 17_763, client: "Windows 10", server: "Windows Server 2019" },
  { version: "10.0", lowestBuild: 0, client: "Windows 10", server: "Windows Server 2016" },
  { version: "6.3", lowestBuild: 0, client: "Windows 8.1", server: "Windows Server 2012 R2" },
  { version: "6.2", lowestBuild: 0, client: "Windows 8", server: "Windows Server 2012" },
  { version: "6.1", lowestBuild: 0, client: windows7, server: "Windows Server 2008 R2" },
  { version: "6.0", lowestBuild: 0, client: "Windows Vista", server: "Windows Server 2008" },
  { version: "5.2", lowestBuild: 0, client: "Windows XP", server: "Windows Server 2003" },
  { version: "5.1", lowestBuild: 0, client: "Windows XP", server: null },
];

/** The product that an image holds; null where it says no version or an unknown one. */
export function productOf(image: WimImage): string | null {
  if (image.major === null || image.minor === null) return null;
  const version = `${image.major}.${image.minor}`;
  const release = releases.find((row) => row.version === version && (image.build ?? 0) >= row.lowestBuild);
  if (release === undefined) return `Windows NT ${version}`;
  const name = isServer(image) ? release.server : release.client;
  // Embedded Standard 7 shares Windows 7's version and is another product with other keys and another end of support.
  if (name === windows7 && /^embedded/i.test(image.editionId ?? "")) return "Windows Embedded Standard 7";
  return name ?? `Windows NT ${version}`;
}

function isServer(image: WimImage): boolean {
  if (image.productType !== null) return image.productType.toLowerCase() === "servernt";
  return (image.installationType ?? "").toLowerCase().startsWith("server") || /^server/i.test(image.editionId ?? "");
}
