/** Kernel modules for a guest: each with those it depends on before it, as modinfo tells, without depmod. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MiB } from "../../src/bytes/units.js";
import type { GuestKernel } from "./linux-guest.js";

export type Module = { readonly name: string; readonly content: Buffer };

const packedEnding = ".ko.xz";

/** Names know no difference between `-` and `_`. */
function nameOf(path: string): string {
  return basename(path)
    .replace(/\.ko(\.xz)?$/, "")
    .replaceAll("-", "_");
}

/** The modules `wanted` and all that they need, in the order of loading; those built into the kernel are left out. */
export function modulesFor(kernel: GuestKernel, wanted: readonly string[]): Module[] {
  const builtIn = new Set(
    readFileSync(join(dirname(kernel.modules), "modules.builtin"), "utf8")
      .split("\n")
      .map(nameOf),
  );
  const paths = new Map<string, string>();
  for (const file of readdirSync(kernel.modules, { recursive: true, encoding: "utf8" })) {
    if (file.endsWith(packedEnding)) paths.set(nameOf(file), join(kernel.modules, file));
  }
  const loaded = new Map<string, Module>();
  const load = (module: string): void => {
    const name = nameOf(module);
    if (loaded.has(name) || builtIn.has(name)) return;
    const path = paths.get(name);
    if (path === undefined) throw new Error(`the kernel has no module ${module}`);
    const content = execFileSync("xz", ["-dc", path], { maxBuffer: 64 * MiB });
    // .modinfo: texts `key=value`, each ended by a zero byte.
    const depends = /\0depends=([^\0]*)\0/.exec(content.toString("latin1"))?.[1] ?? "";
    for (const dependency of depends.split(",")) if (dependency !== "") load(dependency);
    loaded.set(name, { name, content });
  };
  wanted.forEach(load);
  return [...loaded.values()];
}
