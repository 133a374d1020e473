/**
 * A folder for the kernels of guests, for all test files of a run (vitest's `globalSetup`): `shared-kernel.ts` fetches each
 * once. It stays empty where no test starts a guest.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    kernelFolder: string;
  }
}

/** Returns what removes the folder after the last test. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-kernels-"));
  project.provide("kernelFolder", folder);
  return () => rmSync(folder, { recursive: true });
}
