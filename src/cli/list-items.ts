/** The items of a list as people type it: `a,b`, `a, b`, `a,b,`. */
export function listItems(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
