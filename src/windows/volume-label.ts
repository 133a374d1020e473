/**
 * The grammar of Windows 7 volume labels, found by comparing the labels of official discs; Microsoft documents none:
 *
 *     G [SP1] RMC [N] edition [X] channel _ language _DVD
 *     G [SP1] RMC [X] CHK _ language _DVD
 *
 * Trap: the SP1 checked discs carry the label of the RTM ones, so a checked label says nothing of the service pack.
 * A label proves nothing about the content: rebuilding tools reuse it on purpose.
 */

/** Whom a disc was made for, and so which keys fit it. */
export type Channel = "Retail" | "OEM" | "Volume" | "Evaluation" | "Checked";

/** What a volume label of Windows 7's says. */
export type VolumeLabel = {
  readonly text: string;
  /** Null where the label does not tell. */
  readonly servicePack: 0 | 1 | null;
  /** As in the WIM's EDITIONID, such as `HomePremiumN`; null on checked discs. */
  readonly editionId: string | null;
  readonly architecture: "x86" | "x64";
  readonly channel: Channel;
  /** The label's own code, `EN` or `SRL`. */
  readonly languageCode: string;
  /** BCP 47; null for a code that no known disc has. */
  readonly language: string | null;
};

const editions: Readonly<Record<string, string>> = {
  ST: "Starter",
  HB: "HomeBasic",
  HP: "HomePremium",
  PR: "Professional",
  UL: "Ultimate",
  EN: "Enterprise",
};

const channels: Readonly<Record<string, Channel>> = {
  FRER: "Retail",
  FREO: "OEM",
  VOL: "Volume",
  EVAL: "Evaluation",
  CHK: "Checked",
};

/** BR is Portuguese as written in Brazil and PT as in Portugal, whatever the file names of the downloads suggest. */
const languages: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "AR:ar-SA BG:bg-BG BR:pt-BR CN:zh-CN CS:cs-CZ DA:da-DK DE:de-DE EL:el-GR EN:en-US ES:es-ES ET:et-EE FI:fi-FI " +
    "FR:fr-FR HE:he-IL HK:zh-HK HR:hr-HR HU:hu-HU IT:it-IT JA:ja-JP KO:ko-KR LT:lt-LT LV:lv-LV NL:nl-NL NO:nb-NO " +
    "PL:pl-PL PT:pt-PT RO:ro-RO RU:ru-RU SK:sk-SK SL:sl-SI SRL:sr-Latn-CS SV:sv-SE TH:th-TH TR:tr-TR TW:zh-TW UK:uk-UA"
  )
    .split(" ")
    .map((pair) => pair.split(":") as [string, string]),
);

const freeBuild = /^G(SP1)?RMC(N)?(ST|HB|HP|PR|UL|EN)(X)?(FRER|FREO|VOL|EVAL)_([A-Z]{2,3})_DVD$/;
const checkedBuild = /^G(?:SP1)?RMC(X)?CHK_([A-Z]{2,3})_DVD$/;

/** What a label says, or null where it does not follow the grammar. Blanks at the end and case are not looked at. */
export function parseVolumeLabel(label: string): VolumeLabel | null {
  const text = label.trim().toUpperCase();
  const free = freeBuild.exec(text);
  if (free !== null) {
    const [, servicePack, n, edition, x64, channel, code] = free;
    return {
      text,
      servicePack: servicePack === undefined ? 0 : 1,
      editionId: editions[edition!]! + (n ?? ""),
      architecture: x64 === undefined ? "x86" : "x64",
      channel: channels[channel!]!,
      languageCode: code!,
      language: languages[code!] ?? null,
    };
  }
  const checked = checkedBuild.exec(text);
  if (checked === null) return null;
  const [, x64, code] = checked;
  return {
    text,
    servicePack: null,
    editionId: null,
    architecture: x64 === undefined ? "x86" : "x64",
    channel: "Checked",
    languageCode: code!,
    language: languages[code!] ?? null,
  };
}
