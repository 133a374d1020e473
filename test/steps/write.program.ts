/** `write` to paths and to writers of the caller's, from a path and from a source: its bytes, events and ends. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layoutSource } from "../../src/extents/layout-source.js";
import type { WriteEvent } from "../../src/progress/events.js";
import { memorySource } from "../../src/source/byte-source.js";
import { openImage } from "../../src/steps/open-image.js";
import type { WriteChoices } from "../../src/steps/prepare-write.js";
import { prepareWrite } from "../../src/steps/prepare-write.js";
import { write, writePrepared } from "../../src/steps/write-image.js";
import { discEditions } from "../support/disc.js";
import { writeDemoImage } from "../support/demo-image.js";
import type { MemoryDrive, MemoryDriveOptions } from "../support/memory-drive.js";
import { memoryDrive } from "../support/memory-drive.js";

let folder: string;
let iso: string;
let bytes: Uint8Array;
/** What an image file of the disc holds. */
let expected: Uint8Array;

const path = (name: string): string => join(folder, name);
const drive = (options: MemoryDriveOptions = {}): MemoryDrive => memoryDrive(expected.length, options);
/** Of the sector that makes a disk bootable; MBR signature 55 AA. */
const boots = (target: MemoryDrive): boolean => target.bytes[510] === 0x55 && target.bytes[511] === 0xaa;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-write-step-"));
  iso = await writeDemoImage(folder, { editions: discEditions });
  bytes = readFileSync(iso);
  await write(iso, { targets: [path("expected.img")] });
  expected = readFileSync(path("expected.img"));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("a write", () => {
  it("gives the same bytes from a source as from a path, to a writer as to a file", async () => {
    const target = drive();
    const both = [path("both.img"), target];
    const { done, failed, notes } = await write(memorySource(bytes), { targets: both });
    expect([failed, notes]).toEqual([[], []]);
    expect(done.map((each) => [each.path, each.verified])).toEqual([
      [path("both.img"), true],
      ["memory", true],
    ]);
    expect(Buffer.compare(readFileSync(path("both.img")), expected)).toBe(0);
    expect(Buffer.compare(target.bytes, expected)).toBe(0);
    expect(target.state).toBe("committed");
  });

  it("tells its events in order", async () => {
    const events: WriteEvent[] = [];
    let time = 0;
    const now = (): number => (time += 1000);
    await write(iso, { targets: [drive()], now, onEvent: (event) => events.push(event) });
    const names = events.map((event) => ("phase" in event ? `${event.event} ${event.phase ?? ""}` : event.event));
    const order = names.filter((name, index) => name !== names[index - 1]);
    expect(order).toEqual([
      "start",
      "plan",
      "phase write",
      "progress write",
      "phase flush",
      "phase verify",
      "progress verify",
      "phase finish",
      "done",
    ]);
    expect(events[0]).toEqual({ event: "start", image: iso, targets: ["memory"] });
  });

  it("writes only what differs, and reads nothing back where it is not to", async () => {
    const target = drive({ before: expected });
    const { done } = await write(iso, { targets: [target], onlyChanged: true, verify: true });
    expect(done[0]?.bytesWritten).toBeLessThan(expected.length / 10);
    const unverified = await write(iso, { targets: [drive()], verify: false });
    expect(unverified.done).toMatchObject([{ sha256: null, verified: false }]);
  });

  it("is a plan first, which can be read without being written", async () => {
    const opened = await openImage(memorySource(bytes));
    const target = drive();
    const prepared = await prepareWrite(opened, { targets: [target], label: "MY STICK", fileSystem: "ntfs" });
    expect(prepared.plan).toMatchObject({ fileSystem: "ntfs", label: "MY STICK" });
    expect(target.log).toEqual([]);
    await writePrepared(prepared, {});
    const { extents, contentEnd, diskSize } = prepared.plan;
    const planned = await layoutSource(extents, diskSize).read(0, contentEnd);
    const manifest = extents.find(({ source }) => source.kind === "manifest")!;
    const content = (of: Uint8Array) => Buffer.from(of).subarray(0, Math.min(contentEnd, manifest.offset));
    expect(content(target.bytes).equals(content(planned))).toBe(true);
    await opened.close();
  });
});

describe("a write that is refused", () => {
  const exists = (): string => {
    writeFileSync(path("there.img"), "somebody's");
    return path("there.img");
  };
  it.each<[string, number, () => WriteChoices]>([
    ["usage", 2, () => ({ targets: [] })],
    ["usage", 2, () => ({ targets: [drive(), drive()] })],
    ["usage", 2, () => ({ targets: [drive()], size: 2 ** 30 })],
    ["usage", 2, () => ({ targets: [path("new.img")], onlyChanged: true })],
    ["too-small", 5, () => ({ targets: [memoryDrive(2 ** 20)] })],
    ["target-exists", 5, () => ({ targets: [exists()] })],
    ["target-missing", 5, () => ({ targets: [path("none/new.img")] })],
    ["target-not-a-drive", 5, () => ({ targets: [folder] })],
    ["source-drive", 5, () => ({ targets: [iso], force: true })],
  ])("with %s touches nothing and leaves no writer open", async (code, exitCode, choices) => {
    const before = readFileSync(iso);
    const given = choices();
    await expect(write(iso, given)).rejects.toMatchObject({ name: "Win7UsbError", code, exitCode });
    for (const target of given.targets) {
      if (typeof target === "string") continue;
      expect((target as MemoryDrive).log).toEqual([{ kind: "abort" }]);
    }
    expect(readFileSync(iso).equals(before)).toBe(true);
    expect(existsSync(path("new.img"))).toBe(false);
  });

  it("because of its image aborts the writers too", async () => {
    const target = drive();
    await expect(write(path("none.iso"), { targets: [target] })).rejects.toMatchObject({ code: "image-missing" });
    expect(target.state).toBe("aborted");
  });

  it("because another target cannot be opened aborts the writers", async () => {
    const target = drive();
    const opened = await openImage(iso);
    const taken = path("taken.img");
    const prepared = await prepareWrite(opened, { targets: [target, taken] });
    // Somebody else makes the file between the question and the answer.
    writeFileSync(taken, "somebody's");
    await expect(writePrepared(prepared)).rejects.toMatchObject({ code: "target-exists" });
    expect(target.log).toEqual([{ kind: "abort" }]);
    expect(readFileSync(taken, "utf8")).toBe("somebody's");
    await opened.close();
  });
});

describe("a write that is interrupted", () => {
  const at =
    (name: string) =>
    (event: WriteEvent): boolean =>
      event.event === name || (event.event === "phase" && event.phase === name);

  it.each(["start", "plan", "write", "flush", "verify"])("at %s leaves a target that does not boot", async (name) => {
    const controller = new AbortController();
    const target = drive();
    const onEvent = (event: WriteEvent): void => {
      if (at(name)(event)) controller.abort();
    };
    const writing = write(memorySource(bytes), { targets: [target], onEvent, signal: controller.signal });
    await expect(writing).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
    expect(target.state).toBe("aborted");
    expect(target.log.some(({ kind }) => kind === "write")).toBe(name !== "start");
    if (name !== "start") expect(boots(target)).toBe(false);
  });

  it("when all is written and verified is finished", async () => {
    const controller = new AbortController();
    const target = drive();
    const onEvent = (event: WriteEvent): void => {
      if (at("finish")(event)) controller.abort();
    };
    const { done } = await write(iso, { targets: [target], onEvent, signal: controller.signal });
    expect(done).toHaveLength(1);
    expect([target.state, boots(target)]).toEqual(["committed", true]);
  });

  it("before it began touches nothing", async () => {
    const target = drive();
    const writing = write(iso, { targets: [target], signal: AbortSignal.abort() });
    await expect(writing).rejects.toMatchObject({ code: "interrupted" });
    expect(target.log).toEqual([{ kind: "abort" }]);
  });
});

describe("a writer that fails", () => {
  it("is told of by itself while another is finished", async () => {
    const good = drive({ path: "good" });
    const bad = drive({
      path: "bad",
      onOperation: ({ kind }, index) => {
        if (kind === "write" && index > 2) throw new Error("EIO");
      },
    });
    const { done, failed } = await write(iso, { targets: [bad, good] });
    expect(done.map((each) => each.path)).toEqual(["good"]);
    expect(failed.map((each) => each.path)).toEqual(["bad"]);
    expect([good.state, bad.state]).toEqual(["committed", "aborted"]);
    expect(boots(bad)).toBe(false);
  });
});

describe("an image that changes while it is written", () => {
  const changeInPlace = (file: string): void => {
    const changed = readFileSync(file);
    changed[changed.length - 5000] = changed[changed.length - 5000]! ^ 1;
    writeFileSync(file, changed);
  };
  const changes: [string, (file: string) => void][] = [
    ["bytes in place", changeInPlace],
    [
      "bytes in place, with its old time",
      (file) => {
        const { atime, mtime } = statSync(file);
        changeInPlace(file);
        utimesSync(file, atime, mtime);
      },
    ],
    [
      "cut and made as long again",
      (file) => {
        const { size } = statSync(file);
        truncateSync(file, size - 4096);
        truncateSync(file, size);
      },
    ],
    ["longer", (file) => truncateSync(file, statSync(file).size + 2048)],
  ];
  const moments: ((event: WriteEvent) => boolean)[] = [
    (event) => event.event === "phase" && event.phase === "write",
    (event) => event.event === "phase" && event.phase === "verify",
  ];

  it.each(changes)("%s: exit code 3, and nothing boots", async (_, change) => {
    for (const [index, isMoment] of moments.entries()) {
      const changing = path(`changing-${index}.iso`);
      copyFileSync(iso, changing);
      const target = drive();
      const image = path(`changing-${index}.img`);
      const onEvent = (event: WriteEvent): void => {
        if (isMoment(event)) change(changing);
      };
      const writing = write(changing, { targets: [target, image], onEvent });
      await expect(writing).rejects.toMatchObject({ code: "image-changed", exitCode: 3 });
      expect([boots(target), existsSync(image)]).toEqual([false, false]);
    }
  });

  it("between the question and the write: the target is as it was", async () => {
    const changing = path("early.iso");
    copyFileSync(iso, changing);
    const target = drive();
    const before = Uint8Array.from(target.bytes);
    const opened = await openImage(changing);
    const prepared = await prepareWrite(opened, { targets: [target] });
    changeInPlace(changing);
    await expect(writePrepared(prepared)).rejects.toMatchObject({ code: "image-changed" });
    await opened.close();
    expect(Buffer.compare(target.bytes, before)).toBe(0);
  });

  it("whose path leads to another file by now is not written either", async () => {
    const moved = path("moved.iso");
    copyFileSync(iso, moved);
    const other = path("other.iso");
    writeFileSync(other, "another file");
    const target = drive();
    const onEvent = (event: WriteEvent): void => {
      if (event.event === "plan") renameSync(other, moved);
    };
    // The old file lost its only name: its inode's time tells of that, so the write ends as well.
    await expect(write(moved, { targets: [target], onEvent })).rejects.toMatchObject({ code: "image-changed" });
    expect(boots(target)).toBe(false);
  });
});
