/** Figures, names and options that README.md gives outside of its commands and generated tables are the program's own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GiB } from "../src/bytes/units.js";
import { commands } from "../src/cli/table/commands.js";
import { largestUnasked } from "../src/drive/guard.js";
import { exitCodes } from "../src/errors.js";
import { loadKnownImages } from "../src/windows/known-images/index.js";
import { supportStatus } from "../src/windows/support-status.js";
import type { WindowsIdentity } from "../src/windows/index.js";
import { windows7 } from "../src/windows/product.js";

const root = join(import.meta.dirname, "..");
const read = (name: string): string => readFileSync(join(root, name), "utf8");
/** In one line, so that a sentence may be broken anywhere. */
const readme = read("README.md").replaceAll(/\s+/g, " ");

describe("README.md", () => {
  it("counts the published images that are known", async () => {
    const { images } = await loadKnownImages();
    expect(readme).toContain(`one of ${images.length.toLocaleString("en-US")} images that Microsoft published`);
  });

  it("gives the size above which a drive is asked about, and the Node that is needed", () => {
    expect(readme).toContain(`a drive over ${largestUnasked / GiB} GiB \`--allow large-disk\``);
    const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
    const needed = engines.node.replace(">=", "");
    const named = [...readme.matchAll(/Node (\d+\.\d+)(?: or newer)?/g)].map(([, version]) => version);
    // Zstandard alone needs a newer one.
    expect(new Set(named)).toEqual(new Set([needed, "22.15"]));
  });

  it("gives the days on which support ended", () => {
    const identity = { product: windows7, servicePack: 1, build: 7601, servicePackBuild: 17514, editions: [] };
    const { message } = supportStatus(identity as unknown as WindowsIdentity, Date.now());
    for (const [day] of readme.matchAll(/20\d\d-\d\d-\d\d/g)) expect(message).toContain(day);
  });

  it("names refusals and causes that there are", () => {
    const listed = /Refuses by name [^:]*: (?<names>[^.]*)\./.exec(readme)!.groups!["names"]!;
    const names = [...listed.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    const allowed = [...readme.matchAll(/`--allow ([a-z-]+)`/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(5);
    expect(allowed.length).toBeGreaterThan(5);
    for (const name of [...names, ...allowed]) expect(Object.keys(exitCodes)).toContain(name);
    const choices = commands.write.options.find(({ long }) => long === "allow")!;
    for (const name of allowed) expect("choices" in choices && choices.choices).toContain(name);
    const schema = read("schemas/check.schema.json");
    const causes = /An interrupted stick is (?<words>.*?) in `--json`/.exec(readme)!.groups!["words"]!;
    for (const [, cause] of causes.matchAll(/`([a-z-]+)`(?!: )/g))
      if (cause !== "cause") expect(schema).toContain(`"${cause}"`);
  });

  it("names options that there are", () => {
    const known = new Set(["help", "version", "global"]);
    for (const { options } of Object.values(commands)) for (const { long } of options) known.add(long);
    const named = [...readme.matchAll(/(?<=[\s`(])--([a-z][a-z0-9-]*)/g)].map(([, long]) => long!);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((long) => !known.has(long))).toEqual([]);
  });
});
