/**
 * The npm package where there is no compiler and no network: what npm needs is in its cache from an installation before.
 * In the whole run alone; the first installation asks the registry.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const possible = process.platform !== "win32";
let folder: string;

beforeAll(() => {
  if (!possible) return;
  folder = mkdtempSync(join(tmpdir(), "win7usb-npm-"));
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]);
});
afterAll(() => {
  if (possible) rmSync(folder, { recursive: true, force: true });
});

/** Installs the package into a new folder, with a cache of its own; `path`: the programs that there are. */
function install(name: string, path: string, options: readonly string[]): string {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, "package.json"), '{"private":true}');
  const npm = realpathSync(execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim());
  const words = ["install", "--no-audit", "--no-fund", "--cache", join(folder, "cache"), ...options];
  const { status, stderr } = spawnSync(process.execPath, [npm, ...words, `../win7usb-${version}.tgz`], {
    cwd: place,
    encoding: "utf8",
    env: { ...process.env, PATH: path },
  });
  expect(status, stderr).toBe(0);
  return place;
}

describe.skipIf(!possible)("the npm package", () => {
  it("is installed and runs without a compiler and without a network", () => {
    install("first", process.env["PATH"]!, []);
    const programs = join(folder, "programs");
    mkdirSync(programs);
    symlinkSync(process.execPath, join(programs, "node"));
    const place = install("second", programs, ["--offline"]);
    const program = join(place, "node_modules/.bin/win7usb");
    const run = (...words: string[]): string =>
      execFileSync(program, words, { encoding: "utf8", env: { PATH: `${programs}:/usr/bin` }, cwd: place });
    expect(run("--version")).toBe(`${version}\n`);
    expect(run("--help")).toContain("win7usb write");
  });
});
