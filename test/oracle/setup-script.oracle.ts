/**
 * Scripts that Windows runs, run by Wine's cmd.exe: that of Setup's image names every INF as it is and its log reaches the stick;
 * that of updates unpacks and installs each in its order, and leaves the rest of SetupComplete.cmd to run.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { updateMsu } from "../../fixtures/updates/updates.js";
import { callText, installText } from "../../src/windows/customise/updates/install-script.js";
import { scriptText } from "../../src/windows/customise/setup-script.js";
import { judge } from "../support/judges.js";
import { placed, usualPackages } from "../support/placed-packages.js";

const odd = "a ^!(b) %PATH% 'c'.inf";

describe.skipIf(!judge("wine"))("a script", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "win7usb-script-"));
    const prefix = join(folder, "prefix");
    env = { ...process.env, HOME: folder, WINEPREFIX: prefix, WINEDEBUG: "-all", DISPLAY: "" };
    env = { ...env, WINEDLLOVERRIDES: "mscoree,mshtml=" };
    execFileSync("wine", ["wineboot", "--init"], { env, stdio: "ignore" });
    put("prefix/drive_c/win7usb/start.cmd", scriptText([...usualPackages(10), placed("odd", [odd], {})]));
    // A disc with the same files in front of the stick.
    put("disc/bootmgr", "");
    put("stick/bootmgr", "");
    put("stick/$WinPEDriver$/usb-01/xhci.inf", "");
    for (const [letter, name] of [
      ["d:", "disc"],
      ["e:", "stick"],
    ] as const) {
      symlinkSync(join(folder, name), join(prefix, "dosdevices", letter));
    }
  }, 300_000);
  afterAll(() => {
    spawnSync("wineserver", ["--kill"], { env, stdio: "ignore" });
    spawnSync("wineserver", ["--wait"], { env, stdio: "ignore", timeout: 30_000 });
    rmSync(folder, { recursive: true });
  });

  function put(path: string, text: string | Uint8Array): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  it("of Setup's image loads every INF twice, goes on where none can be, and puts its log on the stick", () => {
    execFileSync("wine", ["cmd", "/c", String.raw`C:\win7usb\start.cmd`], { env, stdio: "ignore" });
    const log = readFileSync(join(folder, "stick/win7usb.log"), "latin1");
    const infs = [String.raw`usb-01\xhci.inf`, String.raw`usb-01\hub.inf`, String.raw`storage-01\nvme & co 100%.inf`];
    const rounds = [1, 2].flatMap((round) => [...infs, `odd\\${odd}`].map((inf) => `round ${round}: "${inf}"`));
    expect(log.match(/^round.*?(?=\r?$)/gm)).toEqual(rounds);
    // Wine has neither wpeinit nor drvload.
    expect(log.match(/^result 9009\r?$/gm)).toHaveLength(1 + rounds.length);
    for (const inf of infs) expect(log).toContain(`drvload "C:\\win7usb\\${inf}"`);
    expect(existsSync(join(folder, "disc/win7usb.log"))).toBe(false);
    expect(readFileSync(join(folder, "prefix/drive_c/win7usb/drivers.log"), "latin1")).toBe(log);
  });

  it("of updates installs each in its order, and what else is in SetupComplete.cmd runs behind it", () => {
    const [updates, cabinet] = ["prefix/drive_c/win7usb/updates", "Windows6.1-KB4490628-x86.cab"];
    put(`${updates}/01-KB4490628.msu`, updateMsu({ kb: 4_490_628 }));
    put(`${updates}/02-KB4474419.cab`, "");
    const steps = [
      { file: "01-KB4490628.msu", cabinet },
      { file: "02-KB4474419.cab", cabinet: null },
    ];
    put(`${updates}/install.cmd`, installText(steps));
    put("prefix/drive_c/SetupComplete.cmd", `${callText()}@echo off\r\necho mine %errorlevel%>C:\\mine.txt\r\n`);
    execFileSync("wine", ["cmd", "/c", String.raw`C:\SetupComplete.cmd`], { env, cwd: folder, stdio: "ignore" });
    const log = readFileSync(join(folder, "prefix/drive_c/windows/temp/win7usb-updates.log"), "latin1");
    expect(log.match(/^install.*?(?= *\r?$)/gm)).toEqual([
      `install 01-KB4490628.msu ${cabinet}`,
      "install 02-KB4474419.cab",
    ]);
    // Wine's expand knows no -F, its dism does nothing and says that it has: what was installed is needed no longer.
    expect(log.match(/^result 0\r?$/gm)).toHaveLength(2);
    for (const name of ["01-KB4490628.msu", "02-KB4474419.cab", cabinet])
      expect(existsSync(join(folder, updates, name))).toBe(false);
    expect(readFileSync(join(folder, "prefix/drive_c/mine.txt"), "latin1")).toContain("mine 0");
  });
});
