/** What messages quote of names and texts that may have a million characters. */

/** Characters of it that are shown. */
const quotedLength = 120;
/** As much of a path as Windows shows. */
const pathLength = 260;

export function shortened(text: string, length = quotedLength): string {
  return text.length <= length ? text : `${text.slice(0, length)}...`;
}

/** The end of a path, which tells more than its beginning. */
export function shortenedPath(path: string): string {
  return path.length <= pathLength ? path : `...${path.slice(-pathLength)}`;
}
