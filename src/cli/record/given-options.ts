/** The options of a command line that are not as they would be by themselves, for a record. */
import type { Invocation } from "../options.js";
import { allCommands } from "../table/program.js";
import { optionKey, type OptionSpec } from "../table/spec.js";

type Given = { readonly name: string; readonly value: string };

/** In the order of the table. A record does not name itself. */
export function givenOptions({ command, options }: Invocation): Given[] {
  const specs = allCommands.find(({ name }) => name === command)?.options ?? [];
  const values: Readonly<Record<string, unknown>> = { ...options };
  return specs.filter(({ long }) => long !== "record").flatMap((spec) => given(spec, values));
}

function given(spec: OptionSpec, values: Readonly<Record<string, unknown>>): Given[] {
  const { long: name, kind } = spec;
  const isNegative = kind === "flag" && name.startsWith("no-");
  const value = values[optionKey(isNegative ? name.slice("no-".length) : name)];
  if (kind === "flag") return value === !isNegative ? [{ name, value: "" }] : [];
  if (value === undefined || (kind === "choice" && value === spec.default)) return [];
  if (typeof value === "number" || typeof value === "string") return [{ name, value: `${value}` }];
  const words = value as readonly string[];
  if (kind === "list") return words.length === 0 ? [] : [{ name, value: words.join(",") }];
  return words.map((word) => ({ name, value: word }));
}
