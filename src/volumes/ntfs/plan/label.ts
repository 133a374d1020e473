/** Volume labels: the attribute `$VOLUME_NAME` of `$Volume`, of which Windows takes 32 UTF-16 units. */
const longestLabel = 32;

/** `text` as a label that NTFS can hold. */
export function ntfsLabel(text: string): string {
  const cut = text.trim().slice(0, longestLabel);
  // The first half of a surrogate pair is no character.
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
