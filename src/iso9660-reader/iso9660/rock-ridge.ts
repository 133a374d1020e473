/**
 * The Rock Ridge Interchange Protocol (RRIP 1.12): POSIX names, times and links in the system use entries of directory
 * records. Traps: a name may be spread over several NM entries, and a component of a link over several SL; a directory
 * deeper than eight levels lies elsewhere, stands in its place as a file with a CL entry, and in the place where it
 * lies has an RE entry that hides it.
 */
import { bothEndian32, uint8 } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import type { FileTimes } from "../../tree/index.js";
import { aboveLimit, damaged, decodeChecked } from "../failures.js";
import { maximumNameBytes } from "../limits.js";
import { decodeIdentifier } from "./names.js";
import { recordingTime, volumeTime } from "./records.js";
import type { SystemUseEntry } from "./system-use.js";
import { instantOfRecordingTime, instantOfVolumeTime } from "./time.js";

/** RRIP 4.1.1, `PX`: what stands of it in every version; the mode is POSIX's `st_mode`. */
const posixAttributes = record("PX entry", 8, { mode: bothEndian32(0) });
/** RRIP 4.1.5.1, `CL`: the logical block where the directory lies. */
const childLink = record("CL entry", 8, { location: bothEndian32(0) });
/** RRIP 4.1.3.1: a component of a symbolic link; its text follows. */
const linkComponent = record("SL component", 2, { flags: uint8(0), length: uint8(1) });

/** RRIP 4.1.3.1 and 4.1.4. */
const nameFlags = { continues: 0x01, current: 0x02, parent: 0x04, root: 0x08 } as const;
/** RRIP 4.1.6: the times follow each other in this order, those that are there. */
const timeFlags = { creation: 0x01, modification: 0x02, access: 0x04, longForm: 0x80 } as const;
/** POSIX `<sys/stat.h>`: the type of a file. */
const fileTypes = { mask: 0o170000, directory: 0o040000, regular: 0o100000, link: 0o120000 } as const;

export type RockRidge = {
  /** Absent where the record's own identifier is the name. */
  readonly name?: string;
  readonly times: FileTimes;
  /** Of a symbolic link: where it leads, components joined by `/`. */
  readonly linkTarget?: string;
  /** The logical block of the directory that stands here. */
  readonly childLocation?: number;
  /** By its mode; the record's own flag may not say it. */
  readonly isDirectory: boolean;
  /** The directory stands elsewhere in the tree. */
  readonly relocated: boolean;
  /** A device, a pipe, a socket: it has no content. */
  readonly special: boolean;
  /** RRIP's zisofs companion: the content is compressed. */
  readonly compressed: boolean;
};

/** What a record's system use entries say; throws `image-damaged` where they contradict the protocol. */
export function rockRidgeOf(entries: readonly SystemUseEntry[], what: string): RockRidge {
  const of = (signature: string): Uint8Array[] =>
    entries.filter((entry) => entry.signature === signature).map(({ data }) => data);
  const name = nameOf(of("NM"), what);
  const linkTarget = linkTargetOf(of("SL"), what);
  const [posix] = of("PX");
  const [child] = of("CL");
  const mode = posix === undefined ? undefined : decodeChecked(posixAttributes, posix, 0, what).mode;
  const type = mode === undefined ? undefined : mode & fileTypes.mask;
  const isLink = linkTarget !== undefined && (type === undefined || type === fileTypes.link);
  return {
    ...(name === undefined ? {} : { name }),
    times: timesOf(of("TF"), what),
    ...(isLink ? { linkTarget } : {}),
    ...(child === undefined ? {} : { childLocation: decodeChecked(childLink, child, 0, what).location }),
    isDirectory: type === fileTypes.directory,
    relocated: of("RE").length > 0,
    special: type !== undefined && ![fileTypes.directory, fileTypes.regular, fileTypes.link].includes(type as never),
    compressed: of("ZF").length > 0,
  };
}

/** RRIP 4.1.4: the pieces of a name, joined; a name that means a directory by flag is no name. */
function nameOf(pieces: readonly Uint8Array[], what: string): string | undefined {
  const name: number[] = [];
  let isNamed = false;
  for (const piece of pieces) {
    const [flags] = piece;
    if (flags === undefined) throw damaged(`${what} has an NM entry without flags`);
    if ((flags & (nameFlags.current | nameFlags.parent)) !== 0) return undefined;
    name.push(...piece.subarray(1));
    isNamed = true;
    if ((flags & nameFlags.continues) === 0) break;
  }
  if (name.length > maximumNameBytes) {
    throw aboveLimit(`${what} has a name of ${name.length} bytes, expected at most ${maximumNameBytes}`);
  }
  return isNamed ? decodeIdentifier(Uint8Array.from(name), "enhanced") : undefined;
}

/** RRIP 4.1.3: components of all SL entries; one that continues goes on in the next component. */
function linkTargetOf(entries: readonly Uint8Array[], what: string): string | undefined {
  if (entries.length === 0) return undefined;
  const parts: string[] = [];
  let piece: number[] = [];
  let isRooted = false;
  for (const entry of entries) {
    for (let at = 1; at < entry.length;) {
      const { flags, length } = decodeChecked(linkComponent, entry, at, what);
      at += linkComponent.size;
      if (at + length > entry.length) throw damaged(`${what} has a link whose component leaves its entry`);
      piece.push(...entry.subarray(at, at + length));
      at += length;
      if ((flags & nameFlags.continues) !== 0) continue;
      if ((flags & nameFlags.root) !== 0) isRooted = true;
      else if ((flags & nameFlags.parent) !== 0) parts.push("..");
      else if ((flags & nameFlags.current) !== 0) parts.push(".");
      else parts.push(decodeIdentifier(Uint8Array.from(piece), "enhanced"));
      piece = [];
    }
  }
  return `${isRooted ? "/" : ""}${parts.join("/")}`;
}

function timesOf(entries: readonly Uint8Array[], what: string): FileTimes {
  const times: { created?: number; modified?: number; accessed?: number } = {};
  for (const entry of entries) {
    const [flags = 0] = entry;
    const isLong = (flags & timeFlags.longForm) !== 0;
    const size = isLong ? volumeTime.size : recordingTime.size;
    let at = 1;
    const next = (flag: number): number | undefined => {
      if ((flags & flag) === 0) return undefined;
      if (at + size > entry.length) throw damaged(`${what} has a TF entry that is shorter than its times`);
      const bytes = entry.subarray(at, at + size);
      at += size;
      return isLong ? instantOfVolumeTime(bytes) : instantOfRecordingTime(bytes);
    };
    const created = next(timeFlags.creation);
    const modified = next(timeFlags.modification);
    const accessed = next(timeFlags.access);
    if (created !== undefined) times.created = created;
    if (modified !== undefined) times.modified = modified;
    if (accessed !== undefined) times.accessed = accessed;
  }
  return times;
}
