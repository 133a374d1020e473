/**
 * A folder for the kernels of guests, for all test files of a run (vitest's `globalSetup`): `shared-kernel.ts` fetches each
 * once. It stays empty where no test starts a guest. `npm test` gives one for all suites, in WIN7USB_TEST_KERNELS.
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
  const shared = process.env["WIN7USB_TEST_KERNELS"];
  if (shared !== undefined) {
    project.provide("kernelFolder", shared);
    return () => {};
  }
  const folder = mkdtempSync(join(tmpdir(), "win7usb-kernels-"));
  project.provide("kernelFolder", folder);
  return () => rmSync(folder, { recursive: true });
}
