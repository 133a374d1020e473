/** A station on a machine of the test's own: sticks are plugged in, written, verified and pulled; what is on each decides. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { readJournal, type JournalLine } from "../../src/station/journal-line.js";
import { writeDemoImage } from "../support/demo-image.js";
import { canMakeFakeMachines, makeFakeMachine, type FakeDrive, type FakeMachine } from "../support/fake-drives.js";
import { requireSchema } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, type LoopDevice } from "../support/loop-device.js";
import { runProgram } from "../support/program.js";
import { onTmux } from "../support/tmux.js";

const possible = canMakeFakeMachines() && judge("fsck.fat") && judge("mcopy");
const size = 64 * MiB;

type FakeStick = { readonly drive: FakeDrive; readonly file: string; readonly loop: LoopDevice };

let machine: FakeMachine;
const sticks: FakeStick[] = [];
/** A stick whose bytes are a file's. */
function makeStick(name: string, fill: (file: string) => void): FakeStick {
  const file = join(machine.work, `${name}.img`);
  const descriptor = openSync(file, "w");
  ftruncateSync(descriptor, size);
  closeSync(descriptor);
  fill(file);
  const loop = attachLoopDevice(file);
  const drive: FakeDrive = {
    name,
    bus: "usb",
    vendor: "SanDisk",
    model: "Ultra",
    serial: name.toUpperCase(),
    size,
    device: loop.path,
  };
  const stick = { drive, file, loop };
  sticks.push(stick);
  return stick;
}
/** As sticks are sold: one volume, and no file. */
const format = (file: string): void => void execFileSync("mkfs.fat", ["-F", "32", "-I", file], { stdio: "ignore" });
function withFile(file: string): void {
  format(file);
  execFileSync("mcopy", ["-i", file, join(machine.work, "enter.txt"), "::LETTER.TXT"]);
}

beforeAll(async () => {
  if (!possible) return;
  machine = makeFakeMachine();
  const descriptor = openSync(join(machine.work, "enter.txt"), "w");
  writeSync(descriptor, "dear diary");
  closeSync(descriptor);
  await writeDemoImage(machine.work);
});
afterAll(() => {
  for (const { loop } of sticks) loop.detach();
  machine?.remove();
});

const journalOf = (): readonly JournalLine[] => {
  const { lines, unreadable, tornBytes } = readJournal(readFileSync(join(machine.work, "win7usb-station.jsonl")));
  expect([unreadable, tornBytes]).toEqual([[], 0]);
  for (const line of lines) requireSchema("journal-line", line);
  return lines;
};

type Event = {
  readonly event: string;
  readonly phase?: string;
  readonly drive?: { readonly serial: string };
};

describe.skipIf(!possible)("a station", () => {
  it("writes empty sticks and its own, and none with a file on it", async () => {
    const [blank, sold, used] = [
      makeStick("sdb", () => undefined),
      makeStick("sdc", format),
      makeStick("sdd", withFile),
    ];
    const before = readFileSync(used.file);
    const [command = "", ...words] = machine.command(["station", "win7.iso", "--json", "--yes", "--stop-after", "3"]);
    const child = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(child, "exit");
    let again = false;
    let rest = "";
    for await (const text of child.stdout as AsyncIterable<Buffer>) {
      const lines = (rest + text.toString()).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const event = JSON.parse(line) as Event;
        requireSchema("station-event", event);
        if (event.event === "ready") for (const { drive } of [blank, sold, used]) machine.plug(drive);
        // Pulled and put back before the next look, it is another one, and one of ours.
        if (event.event === "stick" && event.phase === "done" && event.drive?.serial === "SDB" && !again) {
          again = true;
          machine.pull("sdb");
          machine.plug(blank.drive);
        }
      }
    }
    expect(await exited).toEqual([0, null]);
    const ends = journalOf().map(({ stick, drive, error }) => [drive.serial, stick, error?.code]);
    expect(ends).toHaveLength(4);
    expect(ends.filter(([serial]) => serial === "SDB")).toEqual([
      ["SDB", "done", undefined],
      ["SDB", "done", undefined],
    ]);
    expect(ends).toContainEqual(["SDC", "done", undefined]);
    expect(ends).toContainEqual(["SDD", "refused", "has-data"]);
    expect(readFileSync(used.file).equals(before)).toBe(true);
    // The same bytes as a write makes, its manifest with the image's hash included.
    const image = join(machine.work, "reference.img");
    const run = runProgram(["write", join(machine.work, "win7.iso"), image, "--size", String(size)]);
    expect(run.exitCode).toBe(0);
    for (const { file } of [blank, sold]) expect(readFileSync(file).equals(readFileSync(image))).toBe(true);
    for (const { drive } of [blank, sold, used]) machine.pull(drive.name);
  });

  it("stands on the screen, with what to do next in large letters", async () => {
    const [bad, good] = [makeStick("sde", format), makeStick("sdf", withFile)];
    const session = onTmux(machine.command(["station", "win7.iso", "--no-bell"]), { columns: 80, rows: 24 });
    try {
      await session.until(/plug in sticks/);
      for (const { drive } of [bad, good]) machine.plug(drive);
      const shown = await session.until(/DONE: pull it now/);
      expect(shown).toMatch(/^win7usb station {2}win7\.iso +\d+ an hour/);
      expect(shown).toMatch(/1 done {3}0 failed/);
      expect(shown).toMatch(/2-\d+ +SanDisk Ultra +SDE .*DONE: pull it now/);
      await session.until(/not taken: it holds FAT32.* with/);
      expect(await session.until(/█/)).toMatch(/Next: pull/);
      session.keys("C-c");
      expect(await session.until(/exit \d/)).toMatch(/1 stick done, 1 not taken\.(?:.*\n)*exit 0\n$/);
    } finally {
      session.close();
      for (const { drive } of [bad, good]) machine.pull(drive.name);
    }
  });
});
