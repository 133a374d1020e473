/** The command lines in the pages for people. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { markdownIn } from "../../tools/screens/pages.js";

const root = join(import.meta.dirname, "..", "..");

export const pages: readonly string[] = markdownIn(root);

export type PageCommand = {
  /** What is typed behind the program's name, without what explains it or takes its output. */
  readonly line: string;
  readonly words: readonly string[];
  /** The field of its JSON that jq takes out of it there, as names. */
  readonly field: readonly string[] | null;
};

/** Lines of code (indented, or between fences) that run the program; not those with a placeholder in them. */
export function commandsOf(page: string): PageCommand[] {
  let isFenced = false;
  const lines = readFileSync(join(root, page), "utf8").split("\n");
  return lines
    .filter((line) => {
      if (/^\s*```/.test(line)) isFenced = !isFenced;
      return isFenced || line.startsWith("    ");
    })
    .map((line) => /^\s*(?:\$ )?win7usb(?<words>(?: .*)?)$/.exec(line)?.groups?.["words"])
    .filter((words) => words !== undefined)
    .map((words) => commandIn(words.replace(/ {2,}.*$/, "")))
    .filter(({ line }) => !/[<…]|\.\.\./.test(line));
}

function commandIn(text: string): PageCommand {
  const line = text.replace(/ [|>] .*$/, "").trim();
  const field = / \| jq -r \.(?<path>[\w.]+)$/.exec(text)?.groups?.["path"];
  return { line, words: line.match(/[^\s"']+/g) ?? [], field: field?.split(".") ?? null };
}
