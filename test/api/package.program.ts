/** The package as somebody else uses it: what docs/API.md shows runs, its types are all there, and nothing is missing in it. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../src/errors.js";
import { discEditions } from "../support/disc.js";
import { writeDemoImage } from "../support/demo-image.js";
import { requireSchema } from "../support/json-output.js";
import type { PackedPackage } from "../support/packed-package.js";
import { packPackage, root } from "../support/packed-package.js";

const page = readFileSync(join(root, "docs", "API.md"), "utf8");
const examples = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!);
const exampleName = (index: number): string => `example-${index + 1}`;

let packed: PackedPackage;

beforeAll(async () => {
  packed = packPackage();
  await writeDemoImage(packed.folder, { editions: discEditions });
});
afterAll(() => packed.remove());

describe("docs/API.md", () => {
  it("has examples whose types are those of the package, under strict and with declarations", () => {
    expect(examples.length).toBeGreaterThan(6);
    for (const [index, text] of examples.entries()) {
      writeFileSync(join(packed.folder, `${exampleName(index)}.ts`), text);
      // A library that exports what an example gets needs a name for each of its types.
      const exporting = text.replaceAll(/^const /gm, "export const ");
      writeFileSync(join(packed.folder, `exporting-${index + 1}.ts`), exporting);
    }
    const names = examples.flatMap((_, index) => [`${exampleName(index)}.ts`, `exporting-${index + 1}.ts`]);
    packed.compile(names);
  });

  it.each([
    [1, ["Windows 7 Professional en-US", "intact 0 0"]],
    [2, ["from the network 64 true"]],
    [3, ["none.inf refused no-devices"]],
    [4, ["unknown usb unknown,storage absent,input absent PCI\\VEN_8086&DEV_1E31&REV_04"]],
    [5, ["copying 0 0", "intact"]],
    [6, ["verify ", "true 64", "match 0"]],
    [7, ["ntfs ", "1 0"]],
    [8, ["intact 64 1"]],
    [9, ["match add more,edition Ultimate"]],
    [10, ["true "]],
    [11, ["boot master boot record 8 1048576"]],
    [12, ["memory true true"]],
    [13, ["64 false"]],
    [14, ["64 true"]],
    [15, ["64 true"]],
    [16, ["interrupted 130", "image-missing 3"]],
  ])("shows in example %i what happens", (number, shown) => {
    const run = execFileSync(process.execPath, [`${exampleName(number - 1)}.js`], {
      cwd: packed.folder,
      encoding: "utf8",
    });
    for (const text of shown) expect(run).toContain(text);
  });
});

/** The names that a module imports, by the file that they come from, and its exported declarations. */
function declarationsOf(file: string) {
  const text = readFileSync(file, "utf8");
  const imported = new Map<string, string>();
  for (const [, names, specifier] of text.matchAll(/^(?:import|export) (?:type )?\{([^}]*)\} from "(\.[^"]+)";/gm)) {
    for (const name of names!.split(",")) {
      const local = name.replace(/^\s*type\s/, "").trim();
      if (local !== "") imported.set(local, join(dirname(file), specifier!.replace(/\.js$/, ".d.ts")));
    }
  }
  const start = /^export (?:declare )?(?:type|const|function|class) (\w+)/gm;
  const declared = new Map<string, { text: string; isDocumented: boolean }>();
  for (const match of text.matchAll(start)) {
    const end = text.slice(match.index + 1).search(/^(?:export|declare|\/\*\*|type) ?/m);
    const body = end < 0 ? text.slice(match.index) : text.slice(match.index, match.index + 1 + end);
    declared.set(match[1]!, { text: body, isDocumented: text.slice(0, match.index).trimEnd().endsWith("*/") });
  }
  return { imported, declared };
}

/** The module that declares `name`: rooms pass on what their files declare. */
function declaringModule(name: string, file: string) {
  let module = declarationsOf(file);
  while (!module.declared.has(name) && module.imported.has(name)) module = declarationsOf(module.imported.get(name)!);
  return module;
}

describe("the package's types", () => {
  it("are exported wherever one of them is named, each with a docstring", () => {
    const { imported: exported } = declarationsOf(join(packed.installed, "dist", "index.d.ts"));
    expect(exported.size).toBeGreaterThan(50);
    const missing = new Set<string>();
    const bare: string[] = [];
    for (const [name, file] of exported) {
      const { imported, declared } = declaringModule(name, file);
      const declaration = declared.get(name);
      expect(declaration, name).toBeDefined();
      if (!declaration!.isDocumented) bare.push(name);
      const code = declaration!.text.replaceAll(/\/\*\*[^]*?\*\//g, "");
      for (const other of [...imported.keys(), ...declared.keys()]) {
        if (new RegExp(`\\b${other}\\b`).test(code) && !exported.has(other)) missing.add(`${other} (of ${name})`);
      }
    }
    expect([...missing]).toEqual([]);
    expect(bare).toEqual([]);
  });
});

describe("what npm packs", () => {
  it("holds the schemas, and the page that shows how it is used", () => {
    const options = ["pack", "--dry-run", "--json", "--ignore-scripts"];
    const out = execFileSync("npm", options, { cwd: root, encoding: "utf8", shell: true });
    const [{ files }] = JSON.parse(out) as [{ files: { path: string }[] }];
    const paths = files.map((file) => file.path);
    for (const name of ["common", "inspect", "verify", "check", "drives", "write-plan", "write-event", "error"]) {
      expect(paths).toContain(`schemas/${name}.schema.json`);
    }
    expect(paths).toContain("docs/API.md");
  });
});

describe("the schemas", () => {
  it("know every error code there is, and no other", () => {
    const common = JSON.parse(readFileSync(join(root, "schemas", "common.schema.json"), "utf8")) as {
      $defs: { errorCode: { enum: string[] } };
    };
    expect(common.$defs.errorCode.enum.toSorted()).toEqual(Object.keys(exitCodes).toSorted());
  });

  it.each([
    ["drives", { schema: 1, drives: [], more: 1 }],
    ["drives", { schema: 2, drives: [] }],
    ["error", { schema: 1, error: { code: "no-such-code", message: "" } }],
    ["error", { schema: 1, error: { code: "usage", message: "", more: 1 } }],
    ["write-event", { schema: 1, event: "phase", phase: "rest" }],
    ["write-event", { schema: 1, event: "error", code: "usage", message: "", more: 1 }],
    ["write-event", { schema: 1, event: "plan", bytesToWrite: -1, totalBytes: 1, filesystem: "fat32", files: 1 }],
  ] as const)("do not take what is not of the contract: %s %j", (output, value) => {
    expect(() => requireSchema(output, value)).toThrow(/is not what its schema says/);
  });
});
