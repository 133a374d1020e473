/** The GitHub Action: its steps' scripts, run by bash as a runner does, with the inputs that its file hands them. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { writeDemoImage } from "./support/demo-image.js";
import { judge } from "./support/judges.js";
import { programCommand } from "./support/program.js";

type Step = {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly shell: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
};
type Action = {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
};

const root = join(import.meta.dirname, "..");
const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as Action;
let folder: string;
let iso: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb action-"));
  iso = await writeDemoImage(folder, {}, "win 7.iso");
  const [node, script] = programCommand;
  writeFileSync(join(folder, "program"), `#!/bin/sh\nexec "${node}" "${script}" "$@"\n`, { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hashOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Runs the steps with an id until one fails; what it gave, and the exit code of the last. */
function use(inputs: Readonly<Record<string, string>>): { exitCode: number | null; outputs: Record<string, string> } {
  const given = (name: string): string => inputs[name] ?? action.inputs[name]!.default!;
  const filled = (text: string, pattern: RegExp): string => text.replaceAll(pattern, (_, name: string) => given(name));
  const results = new Map<string, string>();
  let exitCode: number | null = 0;
  for (const { id, env, run, if: condition } of action.runs.steps) {
    if (id === undefined || (condition === "inputs.output != ''" && given("output") === "")) continue;
    const file = join(folder, "outputs");
    writeFileSync(file, "");
    const variables = Object.entries(env).map(([name, value]) => [name, filled(value, /\$\{\{ inputs\.(\w+) \}\}/g)]);
    const { status } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
      cwd: folder,
      env: { ...process.env, ...Object.fromEntries(variables), RUNNER_TEMP: folder, GITHUB_OUTPUT: file },
    });
    for (const line of readFileSync(file, "utf8").trim().split("\n")) {
      const [name = "", ...value] = line.split("=");
      results.set(`steps.${id}.outputs.${name}`, value.join("="));
    }
    exitCode = status;
    if (status !== 0) break;
  }
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => {
    return [name, results.get(value.replace(/^\$\{\{ (.*) \}\}$/, "$1")) ?? ""] as const;
  });
  return { exitCode, outputs: Object.fromEntries(outputs) };
}

describe.skipIf(!judge("bash"))("action.yml", () => {
  const program = (): string => join(folder, "program");

  it("is a composite action whose scripts take inputs through their environment alone", () => {
    expect(action.runs.using).toBe("composite");
    for (const { run, env, shell } of action.runs.steps) {
      expect(shell).toBe("bash");
      expect(run).not.toContain("${{");
      for (const value of Object.values(env)) {
        const name = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(value)?.[1];
        if (name === undefined) expect(value).toBe("${{ github.action_path }}");
        else expect(Object.keys(action.inputs)).toContain(name);
      }
    }
  });

  it("verifies, and builds the image file with options", () => {
    const run = use({
      iso,
      require: "edition=Professional,sp=1",
      sha256: hashOf(iso),
      options: "--filesystem ntfs\n--label LAB",
      output: "usb 1.img",
      win7usb: program(),
    });
    const image = join(folder, "usb 1.img");
    expect(run).toEqual({ exitCode: 0, outputs: { verdict: "intact", path: "usb 1.img", sha256: hashOf(image) } });
    expect(readFileSync(image).includes("NTFS    ")).toBe(true);
  });

  it("is used in docs/scripts.md with its own inputs and outputs, which a table there names", () => {
    const page = readFileSync(join(root, "docs/scripts.md"), "utf8");
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    const [, text = ""] = /```yaml\n([^`]*)```/.exec(page) ?? [];
    const workflow = parse(text) as { jobs: { image: { steps: { uses?: string; with?: Record<string, string> }[] } } };
    const step = workflow.jobs.image.steps.find(({ uses }) => uses === `win7usb/win7usb@v${version}`);
    for (const name of Object.keys(step!.with!)) expect(Object.keys(action.inputs)).toContain(name);
    for (const [, name] of text.matchAll(/steps\.stick\.outputs\.(\w+)/g))
      expect(Object.keys(action.outputs)).toContain(name);
    const told = [...page.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
    expect(told).toEqual(Object.keys(action.inputs));
  });

  it("verifies alone", () => {
    const run = use({ iso, win7usb: program() });
    expect(run).toEqual({ exitCode: 0, outputs: { verdict: "intact", path: "", sha256: "" } });
  });

  it.each([
    ["a requirement that is not met", { require: "edition=Ultimate" }, 4, "unsuitable"],
    ["another hash", { sha256: "0".repeat(64) }, 4, "unsuitable"],
    ["no file", { iso: "none.iso" }, 3, ""],
  ])("builds nothing of what is not right: %s", (_name, inputs, exitCode, verdict) => {
    const run = use({ iso, output: "never.img", win7usb: program(), ...inputs });
    expect(run).toEqual({ exitCode, outputs: { verdict, path: "", sha256: "" } });
    expect(existsSync(join(folder, "never.img"))).toBe(false);
  });
});
