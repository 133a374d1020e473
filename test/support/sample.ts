/**
 * What takes long is a sample in `npm test`, and whole in `npm run test:all`, which sets WIN7USB_TEST_ALL=1. A sample has
 * each kind of case, and is the same in every run; what a case asserts is the same in both.
 */
export const everyCase = process.env["WIN7USB_TEST_ALL"] === "1";

/**
 * `count` of the cases, spread evenly over the list from the first to the last (one is the first), and the first of each kind that
 * would be missing. In their order; all of them where the run is whole.
 */
export function sample<Case>(
  cases: readonly Case[],
  count: number,
  kindOf: (each: Case) => unknown = () => null,
): readonly Case[] {
  return everyCase ? cases : spread(cases, count, kindOf);
}

export function spread<Case>(cases: readonly Case[], count: number, kindOf: (each: Case) => unknown): readonly Case[] {
  const chosen = new Set<number>();
  const steps = count - 1;
  for (let step = 0; step <= steps; step += 1) chosen.add(Math.round((step * (cases.length - 1)) / Math.max(1, steps)));
  const kinds = new Set([...chosen].map((index) => kindOf(cases[index]!)));
  for (const [index, each] of cases.entries()) {
    if (kinds.has(kindOf(each))) continue;
    kinds.add(kindOf(each));
    chosen.add(index);
  }
  return cases.filter((_each, index) => chosen.has(index));
}

/** How often random cases are drawn: `all` times where the run is whole, else a fifth of that or as said. */
export const rounds = (all: number, some = Math.ceil(all / 5)): number => (everyCase ? all : some);

/** The same random numbers from 0 to 1, exclusive, for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
