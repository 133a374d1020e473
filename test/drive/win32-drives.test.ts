/** Windows: from what PowerShell prints to the guard's answer. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GiB } from "../../src/bytes/units.js";
import { afterWriteText } from "../../src/drive/after-write.js";
import type { Drive } from "../../src/drive/drive.js";
import { refusals } from "../../src/drive/guard.js";
import { listWindowsDrives, unmountWindowsDrives, windowsOpenError } from "../../src/drive/win32.js";
import type { RunCommand } from "../../src/drive/command.js";
import { mountedVolumes, numberOf } from "../../src/drive/win32-drives.js";
import { parseWindowsReport } from "../../src/drive/win32-report.js";
import { clearScript, listScript, rescanScript } from "../../src/drive/win32-scripts.js";

const recorded = (name: string): string =>
  readFileSync(join(import.meta.dirname, "recorded", "win32", `${name}.json`), "utf8");

/**
 * Answers the list script, and the one that clears and then lists, with one recording after the other, the last for ever.
 */
function machine(names: readonly string[], answer = '{"Ok":true}', scripts: string[] = []): RunCommand {
  let asked = 0;
  return async (command, parameters) => {
    expect(command).toBe("powershell.exe");
    const script = parameters.at(-1)!;
    scripts.push(script);
    const name = names[Math.min(asked, names.length - 1)]!;
    asked += 1;
    const answers = Array.from(script.matchAll(/Clear-Disk/g), () => `${answer}\r\n`);
    return { exitCode: 0, stdout: `${answers.join("")}${recorded(name)}`, stderr: "" };
  };
}

type Row = { machine: string; number: number; refused: string[]; has: Partial<Drive> };

const rows: Row[] = [
  {
    machine: "usb-stick",
    number: 0,
    refused: ["system-disk", "target-in-use", "fixed-disk", "large-disk"],
    has: { bus: "nvme", system: true, serial: "0025_3858_0100_0001." },
  },
  {
    machine: "usb-stick",
    number: 1,
    refused: [],
    has: {
      size: 15376318464,
      logicalBlockSize: 512,
      bus: "usb",
      model: "SanDisk Ultra USB 3.0",
      serial: "4C530001230523117453",
      removable: true,
      mountpoints: [{ path: "E:\\", device: "\\\\?\\Volume{5d0c2a10-0000-0000-0000-100000000000}\\" }],
      partitions: [{ path: "\\\\?\\Volume{5d0c2a10-0000-0000-0000-100000000000}\\", size: 15375269888 }],
    },
  },
  { machine: "usb-stick-raw", number: 1, refused: [], has: { removable: true } },
  { machine: "card-reader", number: 2, refused: [], has: { size: 31914983424, removable: true } },
  { machine: "external-ssd", number: 1, refused: ["large-disk"], has: { bus: "usb", removable: true } },
  {
    machine: "second-internal-disk",
    number: 1,
    refused: ["target-in-use", "fixed-disk", "large-disk"],
    has: { bus: "sata", system: false },
  },
  { machine: "read-only-stick", number: 1, refused: ["target-read-only"], has: { readOnly: true } },
  {
    machine: "bitlocker-stick",
    number: 1,
    refused: [],
    has: {
      mountpoints: [{ path: "H:\\", device: "\\\\?\\Volume{5d0c2a17-0000-0000-0000-100000000000}\\" }],
      size: 62109253632,
    },
  },
  {
    machine: "dynamic-disks",
    number: 1,
    refused: ["target-in-use", "fixed-disk", "large-disk"],
    has: { holders: ["a dynamic disk's volumes"] },
  },
  { machine: "github-runner", number: 0, refused: ["system-disk", "fixed-disk"], has: { bus: "sas" } },
  { machine: "github-runner", number: 1, refused: ["target-in-use", "fixed-disk"], has: { system: false } },
  {
    machine: "github-runner",
    number: 2,
    refused: ["fixed-disk"],
    has: { bus: "virtual-disk-file", backingFile: "D:\\disk.vhdx" },
  },
  {
    machine: "one-of-each",
    number: 0,
    refused: ["system-disk", "target-in-use", "fixed-disk", "large-disk"],
    has: { mountpoints: expect.arrayContaining([expect.objectContaining({ path: "C:\\" })]) as Drive["mountpoints"] },
  },
];

async function driveOf(name: string, number: number): Promise<Drive> {
  const drive = (await listWindowsDrives(machine([name]))).find(({ path }) => numberOf(path) === number);
  if (drive === undefined) throw new Error(`disk ${number} is not listed`);
  return drive;
}

describe("PowerShell's answers", () => {
  it.each(rows)("$machine $number: $refused", async ({ machine: name, number, refused, has }) => {
    const drive = await driveOf(name, number);
    expect(drive).toMatchObject(has);
    expect(refusals(drive, { allow: [] }).map(({ code }) => code)).toEqual(refused);
  });

  it("leave slots without a card out", async () => {
    const paths = (await listWindowsDrives(machine(["card-reader"]))).map(({ path }) => path);
    expect(paths).toEqual(["\\\\.\\PhysicalDrive0", "\\\\.\\PhysicalDrive2"]);
  });

  it("count as mounted what has a file system", () => {
    const names = ["usb-stick", "usb-stick-raw", "bitlocker-stick", "dynamic-disks"];
    const counts = names.map((name) => mountedVolumes(parseWindowsReport(recorded(name)), 1).length);
    expect(counts).toEqual([1, 0, 1, 0]);
  });

  it("never hold what a drive says of itself in control characters", async () => {
    const text = recorded("usb-stick").replace("4C530001230523117453", String.raw`  4C53\u0000\u001b[31m  `);
    const run: RunCommand = async () => ({ exitCode: 0, stdout: `\uFEFF${text}`, stderr: "" });
    expect((await listWindowsDrives(run))[1]?.serial).toBe("4C53[31m");
  });

  it.each(["", "[]", "null", "{", '{"Disks":[{"Number":"1; format c:","Size":1}]}', '{"Disks":{"Number":1}}'])(
    "are refused where they are none: %s",
    (text) => {
      expect(() => parseWindowsReport(text)).toThrow(/^PowerShell answered with something unexpected/);
    },
  );

  it("are explained where there are none", async () => {
    const missing = { exitCode: null, stdout: "", stderr: "spawn powershell.exe ENOENT\r\n" };
    await expect(listWindowsDrives(async () => missing)).rejects.toMatchObject({
      code: "target-unsupported",
      message: "the drives cannot be listed: spawn powershell.exe ENOENT",
    });
  });

  it("know a disk by its name in any case", () => {
    const names = [
      "\\\\.\\PhysicalDrive12",
      "\\\\.\\PHYSICALDRIVE3",
      "\\\\?\\physicaldrive0",
      "\\\\.\\PhysicalDrive1\\x",
    ];
    expect(names.map(numberOf)).toEqual([12, 3, 0, null]);
  });
});

describe("a Windows disk", () => {
  it("is cleared by number and size, and was looked at before and after", async () => {
    const scripts: string[] = [];
    const run = machine(["usb-stick", "usb-stick-raw"], undefined, scripts);
    expect(await unmountWindowsDrives([await driveOf("usb-stick", 1)], run)).toEqual(["E:\\"]);
    expect(scripts).toEqual([listScript, clearScript([{ number: 1, size: 15376318464 }])]);
    expect(scripts[1]).toContain("Get-Disk -Number 1;");
    expect(scripts[1]).toContain("$disk.Size -ne 15376318464");
    expect(scripts[1]).toContain("Clear-Disk -RemoveData");
    expect(scripts[1]).not.toContain("SanDisk");
  });

  it("that is another one by then is not cleared", async () => {
    const scripts: string[] = [];
    const drive = { ...(await driveOf("usb-stick", 1)), serial: "another" };
    const clearing = unmountWindowsDrives([drive], machine(["usb-stick"], undefined, scripts));
    await expect(clearing).rejects.toMatchObject({ code: "target-changed" });
    expect(scripts).toEqual([listScript]);
  });

  it.each([
    { name: "is in use", answer: { Ok: false, Message: "Der Vorgang ist fehlgeschlagen." }, code: "target-in-use" },
    { name: "came back", answer: { Ok: true }, code: "target-in-use" },
    { name: "needs rights", answer: { Ok: false, Id: "StorageWMI 40001,Clear-Disk" }, code: "no-permission" },
  ])("whose volume $name: $code", async ({ answer, code }) => {
    const run = machine(["usb-stick"], JSON.stringify(answer));
    await expect(unmountWindowsDrives([await driveOf("usb-stick", 1)], run)).rejects.toMatchObject({
      code,
      exitCode: 5,
    });
  });

  it("is put in no script but by its number", () => {
    for (const wrong of [-1, 1.5, Number.NaN, "1; Get-Disk" as unknown as number]) {
      expect(() => clearScript([{ number: wrong, size: GiB }])).toThrow();
      expect(() => rescanScript(wrong)).toThrow();
    }
  });

  it.each([
    { error: "EPERM", code: "no-permission", hint: "Run as administrator" },
    { error: "EACCES", code: "no-permission", hint: "Run as administrator" },
    { error: "EROFS", code: "target-read-only", hint: "switch" },
    { error: "EBUSY", code: "target-in-use", hint: "Close" },
    { error: "ENOENT", code: "target-missing", hint: "drives" },
    { error: "UNKNOWN", code: "target-unsupported", hint: "another" },
  ])("that cannot be opened for $error: $code", async ({ error, code, hint }) => {
    const cause = Object.assign(new Error(error), { code: error });
    const found = windowsOpenError(await driveOf("usb-stick", 1), cause);
    expect(found).toMatchObject({ code, exitCode: 5, hint: expect.stringContaining(hint) });
  });

  it("is told of with its letter", async () => {
    expect(afterWriteText("win32", await driveOf("usb-stick", 1))).toBe("\\\\.\\PhysicalDrive1 is E:\\ now.");
    expect(afterWriteText("win32", undefined)).toBeNull();
  });
});
