/**
 * How often macOS and Windows are asked on the way of a write, for one drive and for eight: each question is a process that
 * takes a tenth of a second (diskutil) or a whole one (PowerShell). The recorded machine's stick is there eight times.
 */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as FileSystem from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CommandResult } from "../../src/drive/command.js";
import { afterWrite, drivesAmong, openTargets, unmount } from "../../src/drive/index.js";
import { listScript } from "../../src/drive/win32-scripts.js";
import { openImage } from "../../src/steps/open-image.js";
import { prepareWrite } from "../../src/steps/prepare-write.js";
import { writeDemoImage } from "../support/demo-image.js";

const system = vi.hoisted(() => ({
  platform: "linux" as "darwin" | "win32" | "linux",
  /** Answers a command. */
  answer: (() => null) as (line: string) => string | null,
  /** The file that a drive's device is here. */
  medium: "",
  calls: [] as string[],
  /** Of drives, as they were opened; a closed one has no number. */
  handles: [] as { readonly fd: number }[],
}));

vi.mock("../../src/drive/platform.js", () => ({
  get platform() {
    return system.platform;
  },
}));
vi.mock("../../src/drive/command.js", async (original) => ({
  ...(await original<object>()),
  async runCommand(command: string, parameters: readonly string[]): Promise<CommandResult> {
    const line = `${command} ${parameters.join(" ")}`;
    system.calls.push(line);
    const stdout = system.answer(line);
    return stdout === null ? { exitCode: 1, stdout: "", stderr: "no" } : { exitCode: 0, stdout, stderr: "" };
  },
}));
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof FileSystem>();
  const isDevice = (path: string): boolean => /^\/dev\/rdisk\d+$|PhysicalDrive\d+$/.test(path);
  const open: typeof real.open = async (path, flags, mode) => {
    if (!isDevice(String(path))) return real.open(path, flags, mode);
    const handle = await real.open(system.medium, "r+");
    system.handles.push(handle);
    return handle;
  };
  return { ...real, open };
});

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-commands-"));
  iso = await writeDemoImage(folder);
  system.medium = join(folder, "medium");
  writeFileSync(system.medium, "");
  truncateSync(system.medium, 2 ** 20);
});
afterAll(() => {
  system.platform = "linux";
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  system.calls = [];
  system.handles = [];
});

const recorded = (path: string): string => readFileSync(join(import.meta.dirname, "recorded", path), "utf8");

/** Everything that a write asks the system, but for the transfers; resolves to the writers' paths. */
async function wayOfAWrite(paths: readonly string[], beforeOpening = (): void => undefined): Promise<string[]> {
  const opened = await openImage(iso);
  try {
    const choices = { targets: paths, fileSystem: "auto", allow: [], force: false } as const;
    const { targets, plan } = await prepareWrite(opened, choices);
    await unmount(drivesAmong(targets));
    beforeOpening();
    const writers = await openTargets(targets, { size: plan.diskSize, force: false });
    await Promise.all(writers.map((writer) => writer.commit()));
    await afterWrite(targets);
    return writers.map(({ path }) => path);
  } finally {
    await opened.close();
  }
}

type Machine = {
  readonly paths: string[];
  readonly answer: (line: string) => string | null;
  /** Another drive takes the last one's name. */
  readonly swap: () => void;
};

/** How many of the calls there are of each kind. */
function countBy(kindOf: (line: string) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of system.calls) counts[kindOf(line)] = (counts[kindOf(line)] ?? 0) + 1;
  return counts;
}

/** The machine's stick, `disk4`, as `disk4` and the numbers after it. */
function macWithSticks(count: number): Machine {
  const numbers = Array.from({ length: count }, (_, index) => 4 + index);
  /** `text` with its dictionary that holds `mark`, at this depth, once for each number. */
  const repeated = (text: string, mark: string, indent: string): string => {
    const start = text.lastIndexOf(`\n${indent}<dict>`, text.indexOf(mark));
    const close = `\n${indent}</dict>`;
    const end = text.indexOf(close, text.indexOf(mark)) + close.length;
    const entry = text.slice(start, end);
    const entries = numbers.map((number) =>
      entry.replaceAll("disk4", `disk${number}`).replace("4294968034", String(4294968030 + number)),
    );
    return text.slice(0, start) + entries.join("") + text.slice(end);
  };
  const of = (name: string): string => recorded(`darwin/apple-silicon-with-stick/${name}.plist`);
  const list = repeated(of("list"), "<string>FDisk_partition_scheme", "\t\t");
  let registry = repeated(of("ioreg"), "<string>disk4<", "\t");
  const ejected = new Set<string>();
  const info = (disk: string): string | null => {
    const number = Number(disk.replace("disk", ""));
    if (number < 4) return of(`info-${disk}`);
    return number < 4 + count && !ejected.has(disk) ? of("info-disk4").replaceAll("disk4", disk) : null;
  };
  return {
    paths: numbers.map((number) => `/dev/disk${number}`),
    answer(line) {
      const disk = /disk\d+$/.exec(line)?.[0] ?? "";
      if (line === "diskutil list -plist") return list;
      if (line === "diskutil info -plist /") return of("info-root");
      if (line.startsWith("ioreg")) return registry;
      if (line.startsWith("diskutil eject")) ejected.add(disk);
      return line.startsWith("diskutil info") ? info(disk) : "";
    },
    swap() {
      registry = registry.replace(String(4294968030 + numbers.at(-1)!), "4294970000");
    },
  };
}

describe("macOS", () => {
  const kindOf = (line: string): string => line.replace(/ -plist disk\d+$/, " a disk").replace(/ \/dev\/disk\d+$/, "");

  it.each([
    // Listing: list, the root, ioreg, and three disks or ten. Unmounting: list. Each drive: info and ioreg to open, info and ioreg after.
    { count: 1, infos: 3 + 1 + 1, ioregs: 1 + 1 + 1 },
    { count: 8, infos: 10 + 8 + 8, ioregs: 1 + 8 + 8 },
  ])("is asked for its drives once, and then for each of $count by itself", async ({ count, infos, ioregs }) => {
    const mac = macWithSticks(count);
    Object.assign(system, { platform: "darwin", answer: mac.answer });
    expect(await wayOfAWrite(mac.paths)).toEqual(mac.paths);
    expect(countBy(kindOf)).toEqual({
      "diskutil list -plist": 2,
      "diskutil info -plist /": 1,
      "diskutil info a disk": infos,
      "ioreg -a -r -c IOMedia -d 1": ioregs,
      "diskutil unmountDisk": count,
      "diskutil eject": count,
    });
  });
});

type Report = { Disks: object[]; Partitions: { DiskNumber: number; AccessPaths: string[] }[]; Volumes: object[] };

/** The machine's stick, disk 1, as disk 1 and the numbers after it. */
function windowsWithSticks(count: number): Machine {
  const numbers = Array.from({ length: count }, (_, index) => 1 + index);
  const report = (name: string): string => {
    const found = JSON.parse(recorded(`win32/${name}.json`)) as Report & { Media: object[] };
    const stick = found.Disks[1]!;
    const partitions = found.Partitions.filter(({ DiskNumber }) => DiskNumber === 1);
    for (const number of numbers.slice(1)) {
      found.Disks.push({ ...stick, Number: number, SerialNumber: `stick ${number}` });
      found.Partitions.push(...partitions.map((each) => ({ ...each, DiskNumber: number })));
    }
    return JSON.stringify(found);
  };
  let cleared = false;
  let swapped = "";
  return {
    paths: numbers.map((number) => `\\\\.\\PhysicalDrive${number}`),
    answer(line) {
      const answers = Array.from(line.matchAll(/Clear-Disk/g), () => '{"Ok":true}');
      if (answers.length > 0) cleared = true;
      // What was written has a letter again.
      if (line.includes("Update-HostStorageCache")) cleared = false;
      const listed = report(cleared ? "usb-stick-raw" : "usb-stick");
      return [...answers, swapped === "" ? listed : listed.replace(swapped, "another")].join("\r\n");
    },
    swap() {
      swapped = `stick ${count}`;
    },
  };
}

describe("Windows", () => {
  const kindOf = (line: string): string => {
    if (line.endsWith(listScript)) return "list";
    return line.includes("Clear-Disk") ? "clear" : "rescan";
  };

  it.each([1, 8])("starts PowerShell four times until %i drives are open", async (count) => {
    const machine = windowsWithSticks(count);
    Object.assign(system, { platform: "win32", answer: machine.answer });
    expect(await wayOfAWrite(machine.paths)).toEqual(machine.paths);
    // To prepare, before and after (with it) the drives are cleared, when they are open, and for their letters.
    expect(countBy(kindOf)).toEqual({ list: 4, clear: 1, rescan: count });
    expect(system.calls.slice(0, 4).map(kindOf)).toEqual(["list", "list", "clear", "list"]);
  });
});

describe.each([
  { platform: "darwin", make: macWithSticks },
  { platform: "win32", make: windowsWithSticks },
] as const)("on $platform a drive that is another one when it is open", ({ platform, make }) => {
  it("is told of, and none is open then", async () => {
    const machine = make(3);
    Object.assign(system, { platform, answer: machine.answer });
    const writing = wayOfAWrite(machine.paths, () => machine.swap());
    await expect(writing).rejects.toMatchObject({ code: "target-changed", data: { target: machine.paths[2] } });
    expect(system.handles.map(({ fd }) => fd)).toEqual(system.handles.map(() => -1));
    expect(system.handles.length).toBeGreaterThanOrEqual(3);
  });
});
