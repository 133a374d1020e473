/** Editions by the names that people give them. */

/** Without the suffixes of editionSuffixes. */
export const editionNames = ["Starter", "HomeBasic", "HomePremium", "Professional", "Enterprise", "Ultimate"] as const;
/** Letters that a shortened name has at least: `pro`, `ent`. */
const shortestEdition = 3;
const editionSuffixes = ["", "n", "k", "kn"];

/** `Professional` for `Pro`, `ProfessionalN` for `pro n`; a whole name as it was typed; undefined for none or several. */
export function editionOf(typed: string): string | undefined {
  const plain = plainEdition(typed);
  const found = editionSuffixes
    .filter((suffix) => plain.endsWith(suffix))
    .flatMap((suffix) => {
      const name = plain.slice(0, plain.length - suffix.length);
      const meant = editionNames.filter((edition) => edition.toLowerCase().startsWith(name));
      if (name.length < shortestEdition || meant.length !== 1) return [];
      return name === meant[0]!.toLowerCase() ? [typed] : [`${meant[0]}${suffix.toUpperCase()}`];
    });
  return found[0];
}

/** An edition's name as it can be compared: `homepremium` for `Home Premium` and `Windows 7 Home Premium`. */
export function plainEdition(name: string): string {
  return name
    .toLowerCase()
    .replace(/^windows[ -]?7/, "")
    .replaceAll(/[ -]/g, "");
}
