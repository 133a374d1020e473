/** What a write says in numbers: each has one meaning, before and after it. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doneText } from "../../src/cli/render/write-result.js";
import { writePace } from "../../src/cli/render/write-pace.js";
import type { Pace } from "../../src/progress/write-times.js";
import { MiB } from "../../src/bytes/units.js";
import type { WriteEvent } from "../../src/progress/events.js";
import { openImage } from "../../src/steps/open-image.js";
import { prepareWrite } from "../../src/steps/prepare-write.js";
import { writePrepared } from "../../src/steps/write-image.js";
import { writeDemoImage } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { memoryDrive } from "../support/memory-drive.js";
import { runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-numbers-"));
  iso = await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const flat = (text: string): string => text.replaceAll(/\s+/g, " ");

describe("an image file", () => {
  it("is told with its size before, and with its hash, what was sent and what was read back after", () => {
    const image = join(folder, "usb.img");
    const { exitCode, err } = runProgram(["write", iso, image]);
    expect(exitCode).toBe(0);
    const { size } = statSync(image);
    const sha256 = createHash("sha256").update(readFileSync(image)).digest("hex");
    const text = flat(err);
    expect(text).toContain(`64.0 MiB (${size} bytes)`);
    expect(text).toMatch(/writes up to 64\.0 MiB: blocks of zeros are left out of an image file/);
    expect(text).toMatch(
      /written and verified [\d.]+ MiB sent in [\d.]+ s \(.* MiB\/s\), 64\.0 MiB read back in [\d.]+ s/,
    );
    expect(text).toContain(`SHA-256 ${sha256}`);
  });

  it("is told in lines that a screen holds where it goes on behind what was hashed", () => {
    const { err } = runProgram(["write", iso, join(folder, "ntfs.img"), "-f", "ntfs", "--size", "100M"]);
    expect(err).toMatch(/^ {2}SHA-256 [0-9a-f]{64}\n {2}of the first \d+\.?\d* MiB \(\d+ bytes\)$/m);
  });

  it("is told with its size by a dry run, which ends with what was written: nothing", () => {
    const { out } = runProgram(["write", iso, join(folder, "dry.img"), "--dry-run"]);
    expect(out.split("\n").at(-2)).toBe("nothing was written; the image would have 64.0 MiB (67108864 bytes)");
  });
});

describe("what is told before the first byte", () => {
  const asked = [
    [],
    ["--size", "100M"],
    ["--size", "1G"],
    ["-f", "ntfs"],
    ["-f", "ntfs", "--size", "300M"],
    ["--no-verify"],
  ];
  it.each(sample(asked, 3))("is a bound of what is sent, and the same in a dry run: %j", (...options) => {
    const image = join(folder, "bound.img");
    const dry = parseOutput<{ plan: { bytesToWrite: number } }>(
      "write-plan",
      runProgram(["write", iso, image, "--dry-run", "--json", ...options]).out,
    );
    const events = parseEvents(runProgram(["write", iso, image, "--json", ...options]).out);
    rmSync(image);
    const plan = events.find(({ event }) => event === "plan")!;
    const [done] = events.at(-1)!["targets"] as {
      bytesWritten: number;
      pace: Record<"write" | "readBack", Pace | null>;
    }[];
    expect(plan["bytesToWrite"]).toBe(dry.plan.bytesToWrite);
    expect(done!.bytesWritten).toBeLessThanOrEqual(dry.plan.bytesToWrite);
    const { write, readBack } = done!.pace;
    expect(write).toMatchObject({ bytes: done!.bytesWritten });
    expect(readBack === null).toBe(options.includes("--no-verify"));
    for (const pace of [write, readBack]) {
      if (pace === null || pace.elapsedMs === 0) continue;
      expect(Math.abs(pace.bytesPerSecond * (pace.elapsedMs / 1000) - pace.bytes)).toBeLessThan(pace.bytes / 2);
    }
  });
});

describe("with --only-changed", () => {
  async function written(before?: Uint8Array) {
    const opened = await openImage(iso);
    const target = memoryDrive(80 * MiB, before === undefined ? {} : { before });
    const prepared = await prepareWrite(opened, { targets: [target], onlyChanged: true });
    const terminal = fakeTerminal();
    const pace = writePace(() => terminal.now());
    let text = "";
    const onEvent = (event: WriteEvent): void => {
      pace.onEvent(event);
      if (event.event === "done") text = doneText(prepared, event, pace, terminal);
    };
    const { done } = await writePrepared(prepared, { onEvent });
    await opened.close();
    return { bytes: target.bytes, text, done: done[0]! };
  }

  it("what differed is told, and that nothing did", async () => {
    const first = await written();
    expect(first.done.bytesDiffering).toBeGreaterThan(0);
    expect(first.text).toContain("written and verified: ");
    const second = await written(first.bytes);
    expect(second.done.bytesDiffering).toBe(0);
    expect(flat(second.text)).toMatch(/^done: memory verified: nothing differed [\d.]+ MiB read back in /);
    // The first byte of the volume.
    const changed = second.bytes.slice();
    changed[MiB]! ^= 1;
    const third = await written(changed);
    expect([third.done.bytesDiffering, third.text.includes("4.00 KiB differed")]).toEqual([4096, true]);
  });
});
