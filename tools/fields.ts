/** docs/json.md: each field of each `--json` output, from the schemas that the package carries and that tests hold outputs against. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Schema = {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
};

/** Names of a field that are told with it; only the error codes are more. */
const mostListed = 30;
const suffix = ".schema.json";
const common = `common${suffix}`;

const introduction = `# The fields of \`--json\`

Written by \`npm run generate\` from [schemas/](../schemas/common.schema.json), which the package carries (\`win7usb/schemas/...\`); the tests
hold every output that they see against them. How to use it: [in scripts and CI](scripts.md).

A field with \`?\` may be absent, \`[]\` is a list, \`.*\` any name. Sizes are bytes, times milliseconds. Names that scripts match on
(codes, ids, causes, verdicts) stay; new ones may come, and so may fields: ignore what you do not know.
`;

export function fieldReference(root: string): string {
  const folder = join(root, "schemas");
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .toSorted();
  const schemas = new Map(
    names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), "utf8")) as Schema] as const),
  );
  const sections = [...schemas]
    .filter(([name]) => name !== common)
    .map(([name, schema]) => {
      const parts = (schema.oneOf ?? [schema]).map((part) => {
        const event = part.properties?.["event"]?.const;
        const head = event === undefined ? "" : `\n### \`"event": ${JSON.stringify(event)}\`\n`;
        return `${head}\n${listOf(new Fields(schemas, name).rowsOf(part))}`;
      });
      return `\n## ${schema.title ?? name}\n\nSchema: \`schemas/${name}\`\n${parts.join("")}`;
    });
  const codes = schemas.get(common)?.$defs?.["errorCode"];
  const errorCodes = `\n## Error codes\n\n${codes?.description}\n\n${codes?.enum?.map(code).join(", ")}\n`;
  return introduction + sections.join("") + errorCodes;
}

type Row = readonly [field: string, value: string, meaning: string];

/** A field that stands in several forms of one output is told once, with the values of all. */
function listOf(rows: readonly Row[]): string {
  const fields = new Map<string, { values: Set<string>; meaning: string }>();
  for (const [field, value, meaning] of rows) {
    const known = fields.get(field);
    if (known === undefined) fields.set(field, { values: new Set([value]), meaning });
    else known.values.add(value);
  }
  return [...fields]
    .map(([field, { values, meaning }]) => `- \`${field}\`: ${[...values].join(" or ")}${meaning && `. ${meaning}`}\n`)
    .join("");
}

/** The rows of one output's table. */
class Fields {
  readonly #schemas: ReadonlyMap<string, Schema>;
  readonly #name: string;
  /** References that are being followed: a failure has others in it. */
  readonly #open: string[] = [];

  constructor(schemas: ReadonlyMap<string, Schema>, name: string) {
    this.#schemas = schemas;
    this.#name = name;
  }

  rowsOf(schema: Schema, path = "", file = this.#name): Row[] {
    const rows: Row[] = [];
    const required = new Set(schema.required);
    for (const [name, each] of Object.entries(schema.properties ?? {})) {
      const place = `${path}${path === "" ? "" : "."}${name}`;
      rows.push(...this.#rowsAt(each, place, required.has(name) ? "" : "?", file));
    }
    if (typeof schema.additionalProperties === "object") {
      rows.push(...this.#rowsAt(schema.additionalProperties, `${path}.*`, "", file));
    }
    return rows;
  }

  #rowsAt(given: Schema, place: string, mark: string, file: string): Row[] {
    const reference = given.$ref === undefined ? undefined : this.#absolute(given.$ref, file);
    const whole = reference === undefined || reference.includes("#") ? undefined : this.#schemas.get(reference);
    if (whole !== undefined) return [[`${place}${mark}`, `as in "${whole.title}"`, given.description ?? ""]];
    if (reference !== undefined && this.#open.includes(reference)) {
      return [[`${place}${mark}`, "as above", given.description ?? ""]];
    }
    const [target, at] = reference === undefined ? [{}, file] : this.#resolve(reference);
    if (reference !== undefined) this.#open.push(reference);
    const isOwn = given.const ?? given.enum ?? given.oneOf ?? given.anyOf ?? given.type;
    const value = reference === undefined || isOwn !== undefined ? this.#value(given, file) : this.#value(target, at);
    const row: Row = [`${place}${mark}`, value, given.description ?? target.description ?? ""];
    const rows = this.#below(this.#below([row], target, place, at), given, place, file);
    if (reference !== undefined) this.#open.pop();
    return rows;
  }

  /** `rows`, whose first is that of `schema`, and those of what is in it. */
  #below(rows: Row[], schema: Schema, place: string, file: string): Row[] {
    const [row, ...others] = rows;
    if (schema.items !== undefined) return [...this.#listRows(row!, schema.items, `${place}[]`, file), ...others];
    const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf ?? [];
    const parts = choices.flatMap((each) => this.#partsOf(each, place, file));
    return [...rows, ...this.rowsOf(schema, place, file), ...parts];
  }

  /** A list of values is one row. */
  #listRows(row: Row, items: Schema, place: string, file: string): Row[] {
    const [first, ...others] = this.#rowsAt(items, place, "", file);
    const [name, , meaning] = row;
    const mark = name.endsWith("?") ? "?" : "";
    return [[`${place}${mark}`, first![1], meaning || first![2]], ...others];
  }

  #partsOf(choice: Schema, place: string, file: string): Row[] {
    return this.#rowsAt(choice, place, "", file).slice(1);
  }

  #value(schema: Schema, file: string): string {
    if (schema.const !== undefined) return code(schema.const);
    if (schema.enum !== undefined && schema.enum.length > mostListed) return "one of the [error codes](#error-codes)";
    if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
    const choices = schema.oneOf ?? schema.anyOf ?? [];
    if (choices.length > 0) return [...new Set(choices.map((each) => this.#valueOf(each, file)))].join(" or ");
    return typeof schema.type === "string" ? schema.type : (schema.type ?? ["object"]).join(" or ");
  }

  #valueOf(given: Schema, file: string): string {
    if (given.$ref === undefined) return this.#value(given, file);
    const [target, at] = this.#resolve(this.#absolute(given.$ref, file));
    return this.#value({ ...target, ...given }, at);
  }

  #absolute(reference: string, file: string): string {
    return reference.startsWith("#") ? `${file}${reference}` : reference;
  }

  #resolve(reference: string): [Schema, string] {
    const [file = "", pointer = ""] = reference.split("#");
    // JSON pointer (RFC 6901); no name of ours has a character that it escapes.
    let found: unknown = this.#schemas.get(file);
    for (const name of pointer.split("/").slice(1)) found = (found as Record<string, unknown> | undefined)?.[name];
    if (found === undefined) throw new Error(`${reference} is no schema`);
    return [found as Schema, file];
  }
}

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
