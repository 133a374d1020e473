/**
 * A stick of a 64-bit disc starts through UEFI: OVMF starts the program that was taken out of install.wim. It is one of our
 * own, compiled by mingw; mtools and wimlib say that it is the same to the byte.
 */
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partitionAlignment } from "../../src/volumes/mbr.js";
import { writeDemoImage } from "../support/demo-image.js";
import { judge } from "../support/judges.js";
import { runProgram } from "../support/program.js";

const firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd";
const judges = ["x86_64-w64-mingw32-gcc", "mcopy", "wimlib-imagex", "qemu-system-x86_64", firmware];
const canRun = judges.map((name) => judge(name)).every(Boolean);

/** UEFI specification 4.1: ConOut is the pointer at 64 of the system table, OutputString the second of its functions. */
const program = `
typedef unsigned long long (__attribute__((ms_abi)) *output)(void *self, const unsigned short *text);
unsigned long long __attribute__((ms_abi)) efi_main(void *image, char *system) {
  (void)image;
  void **console = *(void ***)(system + 64);
  ((output)console[1])(console, (const unsigned short *)L"win7usb: started by UEFI\\r\\n");
  for (;;) __asm__ volatile("hlt");
}
`;

let folder = "";
const path = (name: string): string => join(folder, name);

describe.skipIf(!canRun)("a stick of a 64-bit disc", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "win7usb-uefi-"));
    writeFileSync(path("starter.c"), program);
    const linking = ["-nostdlib", "-ffreestanding", "-fshort-wchar", "-Wl,--subsystem,10", "-Wl,-e,efi_main"];
    execFileSync("x86_64-w64-mingw32-gcc", [...linking, "-O2", path("starter.c"), "-o", path("starter.efi")]);
    const efiBootManager = new Uint8Array(readFileSync(path("starter.efi")));
    const iso = await writeDemoImage(folder, { architecture: "x64", editions: ["Professional"], efiBootManager });
    const run = runProgram(["write", iso, path("stick.img"), "--allow", "x64", "-f", "fat32"]);
    expect(run).toMatchObject({ exitCode: 0 });
    execFileSync("7z", ["e", `-o${folder}`, iso, "sources/install.wim"], { stdio: "ignore" });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("has the boot manager of install.wim where UEFI looks for it", () => {
    execFileSync("mcopy", [
      "-i",
      `${path("stick.img")}@@${partitionAlignment}`,
      "::/efi/boot/bootx64.efi",
      path("found.efi"),
    ]);
    execFileSync(
      "wimlib-imagex",
      ["extract", path("install.wim"), "1", "/Windows/Boot/EFI/bootmgfw.efi", `--dest-dir=${path("wim")}`],
      { stdio: "ignore" },
    );
    const found = readFileSync(path("found.efi"));
    expect(found.equals(readFileSync(path("wim/bootmgfw.efi")))).toBe(true);
    expect(found.equals(readFileSync(path("starter.efi")))).toBe(true);
  });

  it("starts through UEFI", { timeout: 240_000 }, async () => {
    const console = path("console.txt");
    copyFileSync("/usr/share/OVMF/OVMF_VARS_4M.fd", path("vars.fd"));
    const flash = [`if=pflash,format=raw,readonly=on,file=${firmware}`, `if=pflash,format=raw,file=${path("vars.fd")}`];
    const qemu = spawn("qemu-system-x86_64", [
      ..."-machine q35,accel=tcg -m 256 -display none -nodefaults -no-reboot -net none -device qemu-xhci".split(" "),
      ...flash.flatMap((drive) => ["-drive", drive]),
      "-drive",
      `if=none,id=stick,format=raw,snapshot=on,file=${path("stick.img")}`,
      "-device",
      "usb-storage,drive=stick,bootindex=1",
      "-serial",
      `file:${console}`,
    ]);
    const text = (): string => (existsSync(console) ? readFileSync(console, "latin1") : "");
    try {
      for (let left = 1000; left > 0 && !text().includes("started by UEFI") && qemu.exitCode === null; left -= 1)
        await sleep(200);
      expect(text()).toContain("win7usb: started by UEFI");
    } finally {
      qemu.kill("SIGKILL");
    }
  });
});
