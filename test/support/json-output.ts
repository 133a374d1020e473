/**
 * What `--json` prints, parsed and held against the schemas of the package: the only place where tests do, so that no
 * output of a test escapes them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";

/** Compiled into build/test/support as well: the working folder is the package's in both. */
const folder = join(process.cwd(), "schemas");
const suffix = ".schema.json";

const validator = new Ajv2020({ strict: true, allowUnionTypes: true });
for (const name of readdirSync(folder).filter((file) => file.endsWith(suffix))) {
  validator.addSchema(JSON.parse(readFileSync(join(folder, name), "utf8")) as object);
}

/** Names of the outputs' schemas. */
export type Output =
  | "help"
  | "version"
  | "inspect"
  | "inspect-folder"
  | "inspect-machine"
  | "verify"
  | "verify-several"
  | "check"
  | "check-several"
  | "drives"
  | "write-plan"
  | "write-event"
  | "record"
  | "clone-plan"
  | "update-plan"
  | "read-event"
  | "station-event"
  | "journal-line"
  | "report"
  | "error";

/** A subject that is named again behind itself: `sources/install.wim: ... sources/install.wim: ...`. */
const namedTwice = /(?:^|[\s(])(?<subject>[^\s:]*[./][^\s:]+): .*(?<![^\s(])\k<subject>: /;
/** One of many. */
const wrongPlural =
  /(?<![\d.,:/ -]|\d )\b1 (?:more )?(?:bytes|files|images|parts|places|sectors|resources|entries|directories|failures|processors)\b/;

/** Throws where a sentence for people, wherever it stands in `value`, repeats itself or counts wrongly. */
function requireSentences(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(requireSentences);
  if (typeof value !== "object" || value === null) return;
  for (const [name, each] of Object.entries(value)) {
    if (typeof each !== "string") requireSentences(each);
    else if (["message", "hint", "reason"].includes(name) && (namedTwice.test(each) || wrongPlural.test(each))) {
      throw new Error(`a sentence repeats itself or counts wrongly: ${each}`);
    }
  }
}

/** Throws where `value` is not what the schema says, with every reason and the value's place. */
export function requireSchema(output: Output, value: unknown): void {
  requireSentences(value);
  const validate = validator.getSchema(`${output}${suffix}`);
  if (validate === undefined) throw new Error(`there is no schema ${output}`);
  if (validate(value) === true) return;
  const reasons = (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${instancePath || "/"} ${message} ${JSON.stringify(params)}`;
  });
  throw new Error(`the output of ${output} is not what its schema says:\n${reasons.join("\n")}`);
}

/** The one object of a command's output: its result, or the error that ended it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the test's view of what the schema has checked
export function parseOutput<T = Record<string, unknown>>(output: Output, text: string): T {
  const value = JSON.parse(text) as T;
  const isError = typeof value === "object" && value !== null && "error" in value;
  requireSchema(isError ? "error" : output, value);
  return value;
}

/** The events of a write, one a line. */
export function parseEvents<T = Record<string, unknown>>(text: string): T[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map(parseEvent<T>);
}

/** The events of a read, one a line. */
export function parseReadEvents<T = Record<string, unknown>>(text: string): T[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const event = JSON.parse(line) as T;
    requireSchema("read-event", event);
    return event;
  });
}

/** One line of a write's output. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the test's view of what the schema has checked
export function parseEvent<T = Record<string, unknown>>(line: string): T {
  const event = JSON.parse(line) as T;
  requireSchema("write-event", event);
  return event;
}
