/**
 * Worker threads cannot run TypeScript. Before the first test, the modules that threads run are compiled, once for all test
 * files (vitest's `globalSetup`); `use-built-threads.ts` lets threads start from there.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of the compiled `src/threads/entry.ts`. */
    threadEntry: string;
  }
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Returns what removes the compiled modules after the last test. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-threads-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const types = ["--ignoreConfig", "--target", "es2023", "--lib", "es2023", "--types", "node", "--noCheck"];
  const output = ["--module", "nodenext", "--rootDir", join(root, "src"), "--outDir", folder];
  const entry = join(root, "src", "threads", "entry.ts");
  execFileSync(process.execPath, [compiler, ...types, ...output, entry], { cwd: root, stdio: "pipe" });
  project.provide("threadEntry", pathToFileURL(join(folder, "threads", "entry.js")).href);
  return () => rmSync(folder, { recursive: true });
}
