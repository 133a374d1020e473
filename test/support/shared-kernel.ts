/** Debian's kernel for guests, fetched by the first test file of a run that asks for it; those beside it wait for that. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import { fetchKernel, type GuestKernel, type KernelFlavour } from "./linux-guest.js";

/** Longer than a mirror that answers slowly takes, and shorter than what a test file may. */
const timeoutMs = 600_000;
const pollMs = 200;

/** The kernel of `release`; null where it cannot be had. */
export async function sharedKernel(release: string, flavour: KernelFlavour): Promise<GuestKernel | null> {
  const folder = join(inject("kernelFolder"), `${release}-${flavour}`);
  const outcome = join(folder, "outcome.json");
  if (isFirst(folder)) {
    let kernel: GuestKernel | null = null;
    try {
      kernel = fetchKernel(folder, release, flavour);
    } finally {
      // Also where it failed: nobody waits in vain. Under its name only when it is whole.
      writeFileSync(`${outcome}.part`, JSON.stringify(kernel));
      renameSync(`${outcome}.part`, outcome);
    }
    return kernel;
  }
  const deadline = performance.now() + timeoutMs;
  while (!existsSync(outcome)) {
    if (performance.now() > deadline) throw new Error(`the kernel of ${release} is still being fetched`);
    await sleep(pollMs);
  }
  return JSON.parse(readFileSync(outcome, "utf8")) as GuestKernel | null;
}

/** Making a folder succeeds for one alone. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
