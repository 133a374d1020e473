/**
 * What Windows PE starts in place of Setup: a script that loads the drivers, and then Setup itself. winpeshl.exe runs the
 * lines of winpeshl.ini one after the other and waits for each (Microsoft, "Winpeshl.ini Files"); the program is parted from
 * its options by a comma. Text is ASCII with CRLF: cmd.exe reads it in the code page of the image's language.
 */
import { driversRoot, type PlacedPackage } from "./driver-files.js";

/** Below the root of Windows PE's drive. */
export const scriptPath = `${driversRoot}/start.cmd`;
export const launcherPath = "Windows/System32/winpeshl.ini";
/** Below the stick's root: the script's log of the last start. */
export const stickLogPath = "win7usb.log";
/** In the stick's root; Setup looks there for drivers ("Windows Setup Automation Overview", KB2686316), the script for the stick. */
export const stickDriversPath = "$WinPEDriver$";

/** Seconds that the script waits for the stick to come back; its controller may have been without a driver. */
const patience = 30;
const letters = Array.from({ length: 24 }, (_, index) => String.fromCharCode("C".charCodeAt(0) + index))
  .filter((letter) => letter !== "X")
  .join(" ");

export function launcherText(): string {
  return lines([
    "[LaunchApps]",
    `%SYSTEMROOT%\\System32\\cmd.exe, /c %SYSTEMDRIVE%\\${windowsPath(scriptPath)}`,
    String.raw`%SYSTEMDRIVE%\setup.exe`,
  ]);
}

/** A script that ends without an error whatever happens, so that Setup starts. */
export function scriptText(packages: readonly PlacedPackage[]): string {
  const infs = packages.flatMap(({ folder, infs: own }) => own.map((inf) => `${folder}/${inf}`));
  return lines([
    "@echo off",
    "rem Made by win7usb: loads the drivers in this folder, writes a log, and leaves the rest to Setup.",
    `set "root=%SYSTEMDRIVE%\\${driversRoot}"`,
    String.raw`set "log=%root%\drivers.log"`,
    '>"%log%" echo win7usb: drivers for Setup',
    'ver >>"%log%"',
    '>>"%log%" echo wpeinit',
    'wpeinit >>"%log%" 2>&1',
    '>>"%log%" echo result %errorlevel%',
    "rem A hub is seen when its controller works: all are loaded twice.",
    ...[1, 2].flatMap((round) => infs.flatMap((inf) => loading(inf, round))),
    ...copying(),
    "exit /b 0",
  ]);
}

/** A percent sign stands for itself when it is doubled; between quotes nothing else of a file's name means anything. */
function loading(inf: string, round: number): string[] {
  const path = windowsPath(inf).replaceAll("%", "%%");
  return [
    `>>"%log%" echo round ${round}: "${path}"`,
    `drvload "%root%\\${path}" >>"%log%" 2>&1`,
    '>>"%log%" echo result %errorlevel%',
  ];
}

/** The log goes to the drive that has what a stick with drivers has; a disc cannot take it, and the search goes on. */
function copying(): string[] {
  const isStick = `if exist "%%d:\\${stickDriversPath}\\*" if exist "%%d:\\bootmgr"`;
  return [
    "set tries=0",
    ":find",
    `for %%d in (${letters}) do ${isStick} copy /y "%log%" "%%d:\\${stickLogPath}" >nul 2>&1 && goto done`,
    "set /a tries+=1",
    `if %tries% geq ${patience} goto done`,
    "ping -n 2 127.0.0.1 >nul 2>&1",
    "goto find",
    ":done",
  ];
}

const windowsPath = (path: string): string => path.replaceAll("/", "\\");

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\r\n`).join("");
