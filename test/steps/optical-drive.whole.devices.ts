/** An optical drive that does not answer any more: the pass over its disc ends when it is asked to. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { canMakeOpticalMachines, openOpticalMachine, type OpticalMachine } from "../support/optical-machine.js";

/** Milliseconds after which a program that has not ended hangs. */
const patienceMs = 30_000;
const possible = canMakeOpticalMachines();
const work = mkdtempSync(join(tmpdir(), "win7usb-stuck-disc-"));
let iso: string;
let optical: OpticalMachine;

beforeEach(async () => {
  if (!possible) return;
  iso = await writeDemoImage(work, { payloadSize: 5 * MiB });
  optical = await openOpticalMachine(iso);
});
afterEach(async () => optical?.close());
afterAll(() => rmSync(work, { recursive: true }));

describe.skipIf(!possible)("an optical drive that does not answer any more", () => {
  // At its first look, and in the midst of the pass.
  const moments = [0, 1 / 8].flatMap((part) => [[], ["--deep"]].map((options) => ({ part, options })));
  it.each(moments)("is let go of behind $part of its disc: verify $options", async ({ part, options }) => {
    const { disc, machine } = optical;
    const taken = (): number => disc.reads().reduce((sum, { length }) => sum + length, 0);
    const before = taken();
    const [command = "", ...words] = machine.command(["verify", "/dev/sr0", "--json", ...options]);
    if (part === 0) disc.stall();
    const child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    const ended = once(child, "close");
    const isThere = part === 0 ? () => true : () => taken() >= before + statSync(iso).size * part;
    while (!isThere() && child.exitCode === null) await delay(5);
    disc.stall();
    // The program is to be there, and what it has asked for by then is not to be enough.
    await delay(1500);
    child.kill("SIGTERM");
    const first = await Promise.race([ended, delay(patienceMs, "hangs", { ref: false })]);
    disc.resume();
    await ended;
    expect(first).not.toBe("hangs");
    expect(child.exitCode).toBe(130);
    expect(parseOutput("error", out)).toMatchObject({ error: { code: "interrupted" } });
  });
});
