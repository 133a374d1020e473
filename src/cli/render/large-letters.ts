/** A few words in letters of five lines, for who stands two metres from the bench. Only letters and figures that ports and names have. */

/** Each line of a letter is five bits, the highest one on the left. */
const letters: Readonly<Record<string, readonly number[]>> = {
  A: [14, 17, 31, 17, 17],
  B: [30, 17, 30, 17, 30],
  C: [15, 16, 16, 16, 15],
  D: [30, 17, 17, 17, 30],
  E: [31, 16, 30, 16, 31],
  F: [31, 16, 30, 16, 16],
  G: [15, 16, 19, 17, 15],
  H: [17, 17, 31, 17, 17],
  I: [14, 4, 4, 4, 14],
  J: [7, 2, 2, 18, 12],
  K: [17, 18, 28, 18, 17],
  L: [16, 16, 16, 16, 31],
  M: [17, 27, 21, 17, 17],
  N: [17, 25, 21, 19, 17],
  O: [14, 17, 17, 17, 14],
  P: [30, 17, 30, 16, 16],
  Q: [14, 17, 21, 18, 13],
  R: [30, 17, 30, 18, 17],
  S: [15, 16, 14, 1, 30],
  T: [31, 4, 4, 4, 4],
  U: [17, 17, 17, 17, 14],
  V: [17, 17, 17, 10, 4],
  W: [17, 17, 21, 27, 17],
  X: [17, 10, 4, 10, 17],
  Y: [17, 10, 4, 4, 4],
  Z: [31, 2, 4, 8, 31],
  "0": [14, 19, 21, 25, 14],
  "1": [4, 12, 4, 4, 14],
  "2": [30, 1, 14, 16, 31],
  "3": [30, 1, 14, 1, 30],
  "4": [18, 18, 31, 2, 2],
  "5": [31, 16, 30, 1, 30],
  "6": [14, 16, 30, 17, 14],
  "7": [31, 2, 4, 8, 8],
  "8": [14, 17, 14, 17, 14],
  "9": [14, 17, 15, 1, 14],
  "-": [0, 0, 14, 0, 0],
  ".": [0, 0, 0, 0, 4],
  " ": [0, 0, 0, 0, 0],
};
const letterWidth = 5;
export const letterHeight = 5;
const aboveBits = 1 << letterWidth;

/** Five lines; null where the text is too wide, or has a character that there is no letter for. */
export function largeLetters(text: string, columns: number, unicode: boolean): string[] | null {
  const all = text.toUpperCase().split("");
  const drawn = all.map((letter) => (Object.hasOwn(letters, letter) ? letters[letter]! : null));
  if (drawn.includes(null) || all.length * (letterWidth + 1) - 1 > columns) return null;
  const dot = unicode ? "\u2588" : "#";
  return Array.from({ length: letterHeight }, (_, row) =>
    drawn
      .map((letter) => bitsOf(letter![row]!).replaceAll("1", dot).replaceAll("0", " "))
      .join(" ")
      .trimEnd(),
  );
}

function bitsOf(line: number): string {
  return (line + aboveBits).toString(2).slice(1);
}
