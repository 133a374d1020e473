/** A machine that is not there with a disc in its optical drive, `/dev/sr0`, whose reads are written down. Root only. */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { KiB } from "../../src/bytes/units.js";
import { canMakeFakeMachines, makeFakeMachine, type FakeMachine } from "./fake-drives.js";
import type { DiscRead } from "./disc-travel.js";
import { canLogDiscs, openLoggedDisc, type LoggedDisc } from "./logged-disc.js";
import type { ProgramRun } from "./program.js";

/** Bytes: ECMA-130 has 150 sectors of post-gap behind a track of data, which the drive counts and cannot read. */
export const runOut = 150 * 2 * KiB;

export type OpticalMachine = {
  readonly machine: FakeMachine;
  readonly disc: LoggedDisc;
  /** Runs the program there, in the machine's folder `work`. */
  run(...argv: string[]): ProgramRun & { readonly reads: readonly DiscRead[] };
  close(): Promise<void>;
};

/** Whether there are tools and rights for it. */
export const canMakeOpticalMachines = (): boolean => [canLogDiscs(), canMakeFakeMachines()].every(Boolean);

export async function openOpticalMachine(iso: string): Promise<OpticalMachine> {
  const disc = await openLoggedDisc(iso, runOut);
  const machine = makeFakeMachine();
  const drive = { name: "sr0", bus: "sata", vendor: "ACME", model: "DVD-ROM", readOnly: true, optical: true } as const;
  machine.plug({ ...drive, size: statSync(iso).size + runOut, device: disc.path });
  return {
    machine,
    disc,
    run(...argv) {
      const before = disc.reads().length;
      const [command = "", ...words] = machine.command(argv);
      const { status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8", maxBuffer: 2 ** 26 });
      return { exitCode: status, out: stdout, err: stderr, reads: disc.reads().slice(before) };
    },
    async close() {
      machine.remove();
      await disc.close();
    },
  };
}
