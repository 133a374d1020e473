/**
 * Every place where writing an image file can fail: each call that is made of its file system, by itself and from it on.
 * Whatever it is, under the image's name there is what was there before, or the new image whole; and nothing lies beside it
 * when the write has ended.
 */
import type * as FileSystem from "node:fs/promises";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { runWrite, type WriteRun } from "../support/write-runs.js";
import { sample } from "../support/sample.js";

type Call = "write" | "read" | "datasync" | "truncate" | "sync" | "open" | "rename" | "link" | "unlink";

const place = vi.hoisted(() => ({
  folder: "/",
  fault: undefined as { call: string; from: number; last: number; code: string } | undefined,
  counts: {} as Record<string, number>,
  hits: 0,
}));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof FileSystem>();
  /** A name in a folder is asked for through the folder's handle (src/drive/image-folder.ts). */
  const namedBy = (path: unknown): string => {
    const [, handle, rest = ""] = /^(\/proc\/self\/fd\/\d+)(\/.*)?$/.exec(String(path)) ?? [];
    return handle === undefined ? String(path) : `${readlinkSync(handle)}${rest}`;
  };
  const begin = (call: Call, path: string): void => {
    if (!path.startsWith(place.folder)) return;
    const count = (place.counts[call] = (place.counts[call] ?? 0) + 1);
    const { fault } = place;
    if (fault?.call !== call || count < fault.from || count > fault.last) return;
    place.hits += 1;
    throw Object.assign(new Error(`${fault.code}: a fault of the test's, ${call}`), { code: fault.code });
  };
  const guarded = <Parameters extends unknown[], Result>(
    call: Call,
    pathOf: (...parameters: Parameters) => string,
    work: (...parameters: Parameters) => Promise<Result>,
  ) => {
    return async (...parameters: Parameters): Promise<Result> => {
      begin(call, pathOf(...parameters));
      return work(...parameters);
    };
  };
  const faultyHandle = (handle: FileSystem.FileHandle, path: string): FileSystem.FileHandle => {
    for (const call of ["write", "read", "datasync", "truncate", "sync"] as const) {
      const work = handle[call].bind(handle) as (...parameters: unknown[]) => Promise<unknown>;
      Object.assign(handle, { [call]: guarded(call, () => path, work) });
    }
    return handle;
  };
  return {
    ...real,
    open: async (...parameters: Parameters<typeof real.open>) => {
      const path = namedBy(parameters[0]);
      begin("open", path);
      return faultyHandle(await real.open(...parameters), path);
    },
    rename: guarded("rename", (_from, to) => namedBy(to), real.rename),
    link: guarded("link", (_from, to) => namedBy(to), real.link),
    unlink: guarded("unlink", namedBy, real.unlink),
  };
});

/** Pauses between attempts are another test's (retry.test.ts). */
vi.mock("node:timers/promises", async (original) => {
  const real = await original<{ setTimeout: (ms: number, ...rest: unknown[]) => Promise<unknown> }>();
  const longestPauseMs = 400;
  const shortened: typeof real.setTimeout = (ms, ...rest) => real.setTimeout(ms <= longestPauseMs ? 0 : ms, ...rest);
  return { ...real, setTimeout: shortened };
});

let folder: string;
let iso: string;
let image: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-image-faults-"));
  iso = await writeDemoImage(folder);
  place.folder = join(folder, "place");
  image = join(place.folder, "usb.img");
  mkdirSync(place.folder);
});
afterAll(() => {
  place.fault = undefined;
  rmSync(folder, { recursive: true });
});

function write(force: boolean): Promise<WriteRun> {
  place.counts = {};
  place.hits = 0;
  // So large that only its files are written.
  return runWrite(["write", iso, image, "--json", "--size", "136M", ...(force ? ["--force"] : [])]);
}

describe.each([
  {
    name: "in the place of another",
    force: true,
    before: ["usb.img"],
    calls: ["open", "truncate", "write", "read", "datasync", "rename"],
  },
  {
    name: "where there was none",
    force: false,
    before: [],
    calls: ["open", "truncate", "write", "read", "datasync", "link", "unlink"],
  },
] as const)("an image file $name", ({ force, before, calls }) => {
  let whole: Buffer;
  let healthy: Record<string, number>;
  const prepare = (): void => {
    place.fault = undefined;
    for (const name of readdirSync(place.folder)) rmSync(join(place.folder, name));
    if (force) writeFileSync(image, "precious");
  };
  beforeAll(async () => {
    prepare();
    const { exitCode, err } = await write(force);
    expect(exitCode, err).toBe(0);
    whole = readFileSync(image);
    healthy = place.counts;
  });

  it.each(calls)("survives every fault of %s", async (call) => {
    expect(healthy[call]).toBeGreaterThan(0);
    const places = Array.from({ length: healthy[call]! }, (_unused, index) => index + 1);
    for (const from of sample(places, 3)) {
      for (const last of [from, Number.POSITIVE_INFINITY]) {
        for (const code of ["EIO", "ENOSPC"]) {
          prepare();
          place.fault = { call, from, last, code };
          const { exitCode, err, events } = await write(force);
          const what = `${call} ${from} to ${last}, ${code}: ${exitCode} ${err}`;
          expect(place.hits, what).toBeGreaterThan(0);
          const names = readdirSync(place.folder);
          if (names.includes("usb.img") && readFileSync(image).equals(whole)) {
            // Once it has its name it is finished, whatever the folder says then.
            if (exitCode === 0 && call !== "unlink") expect(names, what).toEqual(["usb.img"]);
            continue;
          }
          expect([5, 6], what).toContain(exitCode);
          if (force) expect(readFileSync(image, "utf8"), what).toBe("precious");
          expect(names, what).toEqual(expect.arrayContaining([...before]));
          // A remnant stays only where it cannot be removed, or is the whole image that got no name, which is told.
          const beside = names.filter((name) => !before.includes(name as never));
          for (const name of call === "unlink" ? [] : beside) {
            expect(readFileSync(join(place.folder, name)).equals(whole), what).toBe(true);
            expect(JSON.stringify(events.at(-1)), what).toContain(name);
          }
        }
      }
    }
  });
});
