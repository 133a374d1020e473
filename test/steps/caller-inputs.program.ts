/** Sources and writers of the caller's that hang, throw or contradict themselves, in every call that takes them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ByteSource } from "../../src/source/byte-source.js";
import { memorySource } from "../../src/source/byte-source.js";
import { listDrives } from "../../src/drive/list.js";
import { check } from "../../src/steps/check-target.js";
import { inspect } from "../../src/steps/inspect-image.js";
import { openImage } from "../../src/steps/open-image.js";
import { prepareWrite } from "../../src/steps/prepare-write.js";
import { verify } from "../../src/steps/verify-image.js";
import { write } from "../../src/steps/write-image.js";
import { discEditions } from "../support/disc.js";
import { writeDemoImage } from "../support/demo-image.js";
import type { MemoryDrive, MemoryDriveOptions } from "../support/memory-drive.js";
import { memoryDrive } from "../support/memory-drive.js";

let folder: string;
let iso: ByteSource;
let stick: Uint8Array;
const drive = (options: MemoryDriveOptions = {}): MemoryDrive => memoryDrive(stick.length, options);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-caller-"));
  iso = memorySource(readFileSync(await writeDemoImage(folder, { editions: discEditions })));
  await write(iso, { targets: [join(folder, "stick.img")] });
  stick = readFileSync(join(folder, "stick.img"));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads of it end until the one with this number, which aborts `controller` and never ends, as all that follow. */
function hangingFrom(source: ByteSource, count: number, controller: AbortController): ByteSource {
  let reads = 0;
  const next = <T>(read: () => Promise<T>): Promise<T> => {
    reads += 1;
    if (reads < count) return read();
    setImmediate(() => controller.abort());
    return new Promise(() => undefined);
  };
  return {
    size: source.size,
    read: (offset, length) => next(() => source.read(offset, length)),
    readInto: (offset, target) => next(() => source.readInto(offset, target)),
  };
}

describe("a source that hangs", () => {
  type Call = (source: ByteSource, signal: AbortSignal) => Promise<unknown>;
  const calls: [string, Call][] = [
    ["inspect", (source, signal) => inspect(source, { signal })],
    ["verify", (source, signal) => verify(source, { signal })],
    ["verify, deep", (source, signal) => verify(source, { signal, deep: true })],
    ["write", (source, signal) => write(source, { targets: [drive()], signal })],
    ["check of an image", (source, signal) => check(memorySource(stick), { image: source, signal })],
  ];
  it.each(calls)("ends %s when it is aborted, at the first read and at later ones", async (_, call) => {
    for (const count of [1, 2, 6]) {
      const controller = new AbortController();
      await expect(call(hangingFrom(iso, count, controller), controller.signal)).rejects.toMatchObject({
        code: "interrupted",
        exitCode: 130,
      });
    }
  });

  it.each([1, 2, 5])("as a target ends check when it is aborted, at read %i", async (count) => {
    const controller = new AbortController();
    const { signal } = controller;
    let told = 0;
    const onEvent = (): void => void (told += Number(signal.aborted));
    const checking = check(hangingFrom(memorySource(stick), count, controller), { signal, onEvent });
    await expect(checking).rejects.toMatchObject({ code: "interrupted" });
    expect(told).toBe(0);
  });

  it("is none that a preparation reads, which ends all the same", async () => {
    const opened = await openImage(iso);
    const targets = [drive()];
    await expect(prepareWrite(opened, { targets, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "interrupted",
    });
    const controller = new AbortController();
    const preparing = prepareWrite(opened, { targets, signal: controller.signal });
    controller.abort();
    await expect(preparing).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
    expect(targets[0]?.log).toEqual([]);
  });

  it("is none of the listing's, which ends all the same", async () => {
    const controller = new AbortController();
    const listing = listDrives({ signal: controller.signal });
    controller.abort();
    await expect(listing).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
    expect(Array.isArray(await listDrives())).toBe(true);
  });
});

describe("a target that cannot be read at all", () => {
  it.each([new Error("the network is away"), Object.assign(new Error("EIO: i/o error"), { code: "EIO" })])(
    "is unreadable: %s",
    async (cause) => {
      const read = (): Promise<never> => Promise.reject(cause);
      for (const options of [{}, { image: iso }]) {
        const result = await check({ size: stick.length, read, readInto: read }, options);
        expect([result.verdict, result.cause]).toEqual(["unreadable", "unreadable"]);
        const [warning] = result.warnings;
        expect(warning?.code).toBe("manifest-unreadable");
        expect(warning?.message).toContain(cause.message);
      }
    },
  );
});

describe("a writer", () => {
  it("that is given twice is refused, and given up once", async () => {
    const twice = drive();
    await expect(write(iso, { targets: [twice, twice] })).rejects.toMatchObject({ code: "usage", exitCode: 2 });
    expect(twice.log).toEqual([{ kind: "abort" }]);
  });

  it("that throws what is no error of win7usb's is a write that failed", async () => {
    const failing = drive({
      onOperation: ({ kind }, index) => {
        if (kind === "write" && index === 3) throw new Error("the bucket is full");
      },
    });
    await expect(write(iso, { targets: [failing] })).rejects.toMatchObject({
      code: "write-failed",
      exitCode: 6,
      message: expect.stringContaining("the bucket is full"),
    });
    expect(failing.state).toBe("aborted");
  });

  it("whose size is no multiple of its unit gets whole units alone", async () => {
    const odd = memoryDrive(stick.length + 4096 + 1000, { alignment: 4096, path: "odd" });
    const { done } = await write(iso, { targets: [{ ...odd, kind: "drive" }] });
    expect(done).toMatchObject([{ path: "odd", verified: true }]);
    const transfers = odd.log.flatMap((each) => ("length" in each ? [each] : []));
    expect(transfers.every(({ offset, length }) => offset % 4096 === 0 && length % 4096 === 0)).toBe(true);
  });

  it("with units that no drive has is refused before anything is written", async () => {
    const odd = { ...drive(), alignment: 1000 };
    await expect(write(iso, { targets: [odd] })).rejects.toMatchObject({ code: "target-unsupported", exitCode: 5 });
    expect(odd.log).toEqual([{ kind: "abort" }]);
  });
});
