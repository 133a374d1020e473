/** Texts in the place of an ISO: what describes a disc, leads to one, or is what a server answered instead of one. */
import { agreeing } from "../../bytes/amounts.js";
import type { Foreign } from "./signatures.js";

/** Bytes that are looked at. */
export const textLength = 4096;
/** Characters of the text that are told. */
const quotedLength = 60;

type TextKind = Foreign & { readonly pattern: RegExp };

const hash = String.raw`(?:[\da-f]{32}|[\da-f]{40}|[\da-f]{64}|[\da-f]{128})`;

/**
 * By a text without comments and blanks around it. Texts are hostile: no pattern has a repetition that could be divided in
 * several ways.
 */
const kinds: readonly TextKind[] = [
  {
    format: "html",
    is: "it is a web page (HTML): the page was saved, and not the file that it leads to",
    next: "Download the file itself; an installation ISO has 2 to 4 GiB.",
    pattern: /^(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body|script|meta)\b/i,
  },
  {
    format: "cue",
    is: "it is a CUE sheet: it describes a disc image that lies beside it",
    next: "Convert the .bin file beside it to an ISO (bchunk), or read the disc again as an ISO.",
    pattern: /^[ \t]*TRACK[ \t]+\d\d[ \t]+(?:MODE|AUDIO|CD[GI])/im,
  },
  {
    format: "ccd",
    is: "it is a CloneCD sheet: it describes a disc image that lies beside it",
    next: "Convert the .img file beside it to an ISO (ccd2iso), or read the disc again as an ISO.",
    pattern: /^\[CloneCD\]/i,
  },
  {
    format: "inf",
    is: "it is an INF file: it describes a driver for Windows",
    next: "Name the folder that it lies in: drivers are taken with all their files.",
    pattern: /^[ \t]*Signature[ \t]*=[ \t]*"?\$(?:Windows NT|Chicago|Windows 95)\$/im,
  },
  {
    format: "checksum",
    is: "it is a list of checksums, and not the file that they are of",
    next: "Give the .iso file itself; its SHA-1 is compared with the published ones anyway.",
    pattern: new RegExp(String.raw`^(?:${hash}(?:\s|$)|(?:MD5|SHA-?\d+) ?\(.*\) ?= ?${hash})`, "i"),
  },
  {
    format: "link",
    is: "it is a link to a download, and holds nothing of it",
    next: "Open it, and give the .iso file that comes of it.",
    pattern: /^(?:\[InternetShortcut\]|(?:<\?xml[^>]*>\s*)?<metalink\b|https?:\/\/\S+$)/i,
  },
];

/** BEP 3: a dictionary in bencoding. Behind its texts follow the pieces' hashes, which are none. */
const torrentPattern = /^d\d{1,3}:[a-z][a-z0-9 ._-]*[dil\d]/;
const torrent: Foreign = {
  format: "torrent",
  is: "it is a torrent: it leads to a download, and holds nothing of it",
  next: "Open it with a BitTorrent program, and give the .iso file that comes of it.",
};

/** `head`: the first bytes of a file of `size` bytes. Undefined where they are no text. */
export function foreignText(head: Uint8Array, size: number): Foreign | undefined {
  if (torrentPattern.test(new TextDecoder("latin1").decode(head.subarray(0, quotedLength)))) return torrent;
  const text = textOf(head.subarray(0, textLength));
  if (text === undefined) return undefined;
  const plain = text
    .replaceAll(/<!--[^]*?-->/g, "")
    .replaceAll(/^[ \t]*[;#].*$/gm, "")
    .trim();
  const known = kinds.find(({ pattern }) => pattern.test(plain));
  if (known !== undefined) return known;
  const line = text
    .trim()
    .split(/[\r\n]/)[0]!
    .slice(0, quotedLength);
  return {
    format: "text",
    is: `it is a text of ${size} ${agreeing(size, "byte")}${line === "" ? "" : ` that begins with ${JSON.stringify(line)}`}`,
    next: "A server may have answered so instead of sending the file: download it again, and look at its size.",
  };
}

/** Controls that texts have: TAB, LF, FF, CR. */
const textControls = [0x09, 0x0a, 0x0c, 0x0d];

function textOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  const isText = bytes.every((byte) => (byte >= 0x20 && byte !== 0x7f) || textControls.includes(byte));
  return isText ? new TextDecoder("utf-8").decode(bytes) : undefined;
}
