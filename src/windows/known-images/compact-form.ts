/**
 * The compact form of the table: what rows have in common is written once, as a kind (edition, channel, architecture,
 * release, build, and the stems of file name and label) and as a language; a row is then little more than its serial
 * number and its SHA-1. (Base64 would save 17 KB and cost more time to decode than all the rest.) Fields are separated by
 * `|`, `,` and blanks, so free text is percent-encoded.
 *
 *     kind       edition|channel|architecture|release|build|fileStem|labelStem
 *     group      language|filePrefix|labelCode row row row ...
 *     row        kind,serial,sha1[,key=value]...
 *
 * The file name is `filePrefix_fileStem_serial.iso` and the label `labelStem_labelCode_DVD`, unless a row spells out its
 * own name. The keys: n name, a alias, s size, m MD5, h SHA-256, o independent origins (1 where absent), v label observed.
 */
import type { KnownImage } from "./image.js";

type CompactTable = { readonly kinds: string; readonly groups: string };

/** Rows in the compact form's order. */
export function expand({ kinds, groups }: CompactTable): KnownImage[] {
  const kindRows = kinds.split("\n").map((line) => line.split("|"));
  const images: KnownImage[] = [];
  for (const line of groups.split("\n")) {
    const [group, ...rows] = line.split(" ");
    const language = group!.split("|");
    for (const row of rows) images.push(expandRow(row.split(","), kindRows, language));
  }
  return images;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function expandRow(row: readonly string[], kinds: readonly string[][], group: readonly string[]): KnownImage {
  const [kindNumber, serial, sha1, ...rest] = row;
  const [edition, channel, architecture, release, build, fileStem, labelStem] = kinds[Number(kindNumber)]!;
  const [language, filePrefix, labelCode] = group;
  const image: Writable<KnownImage> = {
    fileName: `${filePrefix}_${fileStem}_${serial}.iso`,
    language: language!,
    edition: edition!,
    channel: channel!,
    architecture: architecture!,
    release: release!,
    build: build!,
    independentOrigins: 1,
  };
  if (sha1 !== "") image.sha1 = sha1!;
  if (labelStem !== "") {
    image.volumeLabel = `${labelStem}_${labelCode}_DVD`;
    image.volumeLabelObserved = false;
  }
  for (const pair of rest) setField(image, pair.charAt(0), pair.slice(2));
  return image;
}

function setField(image: Writable<KnownImage>, key: string, value: string): void {
  if (key === "n") image.fileName = decodeURIComponent(value);
  else if (key === "a") image.aliases = [...(image.aliases ?? []), decodeURIComponent(value)];
  else if (key === "s") image.size = Number(value);
  else if (key === "m") image.md5 = value;
  else if (key === "h") image.sha256 = value;
  else if (key === "o") image.independentOrigins = Number(value);
  else if (key === "v") image.volumeLabelObserved = true;
  else throw new Error(`the table of known images has a field ${key} that is not known`);
}
