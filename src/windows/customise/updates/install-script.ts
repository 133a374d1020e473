/**
 * What installs updates on the machine: Setup runs `SetupComplete.cmd` once, as SYSTEM, before anybody logs on (Microsoft,
 * "Add a Custom Script to Windows Setup"), and that calls this script. DISM installs cabinets alone in a Windows that runs, so
 * an .msu is unpacked first (KB934307). wusa.exe is not used: it asks the service of Windows Update, which may not run yet.
 * Nothing here starts the machine anew; what waits for a restart is done at the next one.
 */

/** Below Windows' drive, which `$OEM$\$1` stands for. */
export const updatesFolder = "win7usb/updates";
export const installName = "install.cmd";
/** Below Windows' folder. */
export const updatesLog = String.raw`Temp\win7usb-updates.log`;

export type InstallStep = {
  /** Beside the script. */
  readonly file: string;
  /** Of what it holds; null where it is what is installed. */
  readonly cabinet: string | null;
};

/** Ends without an error, whatever happens: what follows in SetupComplete.cmd is somebody else's. Names are plain ASCII. */
export function installText(steps: readonly InstallStep[]): string {
  return lines([
    "@echo off",
    "rem Made by win7usb: installs the updates beside this file, in this order, and writes a log.",
    "setlocal",
    `set "root=%SystemDrive%\\${updatesFolder.replaceAll("/", "\\")}"`,
    `set "log=%SystemRoot%\\${updatesLog}"`,
    '>"%log%" echo win7usb: updates',
    'ver >>"%log%"',
    ...steps.map(({ file, cabinet }) => `call :install ${file}${cabinet === null ? "" : ` ${cabinet}`}`),
    '>>"%log%" echo end',
    "endlocal",
    "exit /b 0",
    "",
    ":install",
    '>>"%log%" echo install %1 %2',
    String.raw`set "package=%root%\%1"`,
    'if "%2"=="" goto add',
    String.raw`expand.exe -F:%2 "%root%\%1" "%root%" >>"%log%" 2>&1`,
    String.raw`set "package=%root%\%2"`,
    ":add",
    'dism.exe /Online /Quiet /NoRestart /Add-Package "/PackagePath:%package%" >>"%log%" 2>&1',
    'set "result=%errorlevel%"',
    '>>"%log%" echo result %result%',
    'if not "%2"=="" del /f /q "%package%" >nul 2>&1',
    "rem What is installed, or waits for a restart, is needed no longer.",
    String.raw`if "%result%"=="0" del /f /q "%root%\%1" >nul 2>&1`,
    String.raw`if "%result%"=="3010" del /f /q "%root%\%1" >nul 2>&1`,
    "exit /b 0",
  ]);
}

/** One line, for SetupComplete.cmd; what else is in that runs behind it. */
export function callText(): string {
  return lines([`@call "%SystemDrive%\\${updatesFolder.replaceAll("/", "\\")}\\${installName}"`]);
}

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\r\n`).join("");
