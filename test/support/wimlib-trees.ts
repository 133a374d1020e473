/** Trees and WIMs that wimlib-imagex makes, for tests that it judges. */
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filler } from "../../fixtures/windows7/nodes.js";

/** Runs wimlib-imagex; what it prints only shows where it fails. */
export function wimlib(...args: string[]): void {
  execFileSync("wimlib-imagex", args, { stdio: "pipe" });
}

export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "win7usb-wim-"));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true });
}

/** Text, machine code, noise, zeros, empty files, hard links, a symbolic link, and names beyond ASCII. */
export function writeTree(folder: string, seed: number): void {
  mkdirSync(join(folder, "Windows", "System32"), { recursive: true });
  mkdirSync(join(folder, "empty"));
  const write = (path: string, content: Uint8Array | string): void => writeFileSync(join(folder, path), content);
  write("Windows/shared.txt", "what both images hold, over and over again\r\n".repeat(3000));
  // Code of this very machine, with CALLs in it.
  write("Windows/System32/node.exe", readFileSync(process.execPath).subarray(20_000_000, 20_300_000));
  write("Windows/System32/noise.bin", filler(150_000, seed));
  write("Windows/System32/zeros.bin", new Uint8Array(200_000));
  write(
    "Windows/System32/32768.bin",
    filler(32_768, seed).map((byte) => byte % 7),
  );
  write(
    "Windows/System32/32769.bin",
    filler(32_769, seed + 1).map((byte) => byte % 5),
  );
  write("Windows/empty.txt", "");
  write("Windows/one.bin", Uint8Array.of(seed));
  write("größe ☃.txt", `image ${seed}`);
  linkSync(join(folder, "Windows/shared.txt"), join(folder, "Windows/linked.txt"));
  linkSync(join(folder, "Windows/shared.txt"), join(folder, "linked again.txt"));
  symlinkSync("Windows", join(folder, "link to Windows"));
  for (let index = 0; index < 60; index += 1) write(`empty/${index}.txt`, `${index}`.repeat(index * 20));
}

/** The XML data that Microsoft's x86 images with Service Pack 1 have, as options of `wimlib-imagex`. */
export function windowsProperties(editionId: string, values: Readonly<Record<string, string>> = {}): string[] {
  const properties = {
    "WINDOWS/ARCH": "0",
    "WINDOWS/EDITIONID": editionId,
    "WINDOWS/INSTALLATIONTYPE": "Client",
    "WINDOWS/PRODUCTTYPE": "WinNT",
    "WINDOWS/LANGUAGES/LANGUAGE[1]": "en-US",
    "WINDOWS/LANGUAGES/DEFAULT": "en-US",
    "WINDOWS/VERSION/MAJOR": "6",
    "WINDOWS/VERSION/MINOR": "1",
    "WINDOWS/VERSION/BUILD": "7601",
    "WINDOWS/VERSION/SPBUILD": "17514",
    "WINDOWS/VERSION/SPLEVEL": "1",
    DISPLAYNAME: `Windows 7 ${editionId}`,
    FLAGS: editionId,
    ...values,
  };
  return Object.entries(properties).map(([name, value]) => `--image-property=${name}=${value}`);
}
