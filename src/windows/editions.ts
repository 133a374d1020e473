/** What each edition of Windows 7 can do, as far as it decides which image a person needs. */

export type EditionFacts = {
  /** EDITIONID without the N, K or KN suffix. */
  readonly id: string;
  /** Memory that it uses at most, in GiB. Null where the edition was not made for the architecture. */
  readonly memoryLimitGiB: { readonly x86: number; readonly x64: number | null };
  readonly physicalProcessors: number;
  readonly domainJoin: boolean;
  readonly groupPolicy: boolean;
  readonly encryptingFileSystem: boolean;
  readonly remoteDesktopHost: boolean;
  readonly networkBackup: boolean;
  readonly windowsXpMode: boolean;
  readonly bitLocker: boolean;
  readonly appLocker: boolean;
  readonly directAccess: boolean;
  readonly switchesLanguages: boolean;
  /** N and KN editions come without Windows Media Player. */
  readonly withoutMediaPlayer: boolean;
};

type Tier = Omit<EditionFacts, "id" | "withoutMediaPlayer" | "memoryLimitGiB" | "physicalProcessors">;

const home: Tier = {
  domainJoin: false,
  groupPolicy: false,
  encryptingFileSystem: false,
  remoteDesktopHost: false,
  networkBackup: false,
  windowsXpMode: false,
  bitLocker: false,
  appLocker: false,
  directAccess: false,
  switchesLanguages: false,
};
const professional: Tier = {
  ...home,
  domainJoin: true,
  groupPolicy: true,
  encryptingFileSystem: true,
  remoteDesktopHost: true,
  networkBackup: true,
  windowsXpMode: true,
};
const ultimate: Tier = {
  ...professional,
  bitLocker: true,
  appLocker: true,
  directAccess: true,
  switchesLanguages: true,
};

const editions: readonly Omit<EditionFacts, "withoutMediaPlayer">[] = [
  { id: "Starter", memoryLimitGiB: { x86: 2, x64: null }, physicalProcessors: 1, ...home },
  { id: "HomeBasic", memoryLimitGiB: { x86: 4, x64: 8 }, physicalProcessors: 1, ...home },
  { id: "HomePremium", memoryLimitGiB: { x86: 4, x64: 16 }, physicalProcessors: 1, ...home },
  { id: "Professional", memoryLimitGiB: { x86: 4, x64: 192 }, physicalProcessors: 2, ...professional },
  { id: "Enterprise", memoryLimitGiB: { x86: 4, x64: 192 }, physicalProcessors: 2, ...ultimate },
  { id: "Ultimate", memoryLimitGiB: { x86: 4, x64: 192 }, physicalProcessors: 2, ...ultimate },
];

/** The facts of an EDITIONID such as `ProfessionalN`, without regard to case; null for one that Windows 7 does not have. */
export function editionFacts(id: string): EditionFacts | null {
  const match = /^(starter|homebasic|homepremium|professional|enterprise|ultimate)(k?n?)$/.exec(id.toLowerCase());
  if (match === null) return null;
  const facts = editions.find((edition) => edition.id.toLowerCase() === match[1]);
  return facts === undefined ? null : { ...facts, withoutMediaPlayer: match[2]!.endsWith("n") };
}

/** What a product key must fit, from ei.cfg's channel; null where the image does not say. */
export function keyAdvice(channel: string | null, edition: string | null): string | null {
  const wanted = edition === null ? "the edition chosen in Setup" : edition;
  if (channel === "Retail") return `Setup takes a retail key for ${wanted}.`;
  if (channel === "OEM") return `Setup takes an OEM key for ${wanted}.`;
  if (channel === "Volume") return `Setup takes no key; a volume licence key or a KMS host for ${wanted} activates it.`;
  if (channel === "Evaluation") return "An evaluation image: it runs for a limited time and takes no other key.";
  return channel === "Checked" ? "A debug build for developers; it is slow and not for daily use." : null;
}
