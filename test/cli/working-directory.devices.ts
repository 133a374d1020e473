/** A folder that is gone is said before anything is written, whatever the paths are. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { programCommand } from "../support/program.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-cwd-"));
  iso = await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

it.runIf(process.platform === "linux").each([["write"], ["verify"], ["inspect"]])(
  "%s says that the working directory is gone",
  (command) => {
    const gone = join(folder, "gone");
    mkdirSync(gone);
    const image = join(folder, "usb.img");
    const words = command === "write" ? [command, iso, image] : [command, iso];
    // The shell stands in the folder, takes it away, and becomes the program.
    const script = 'rmdir "$PWD" && exec "$@"';
    const run = spawnSync("sh", ["-c", script, "sh", ...programCommand, ...words], { cwd: gone, encoding: "utf8" });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/working directory is gone/);
    expect(run.stderr).toMatch(/cd ~/);
    expect(existsSync(image)).toBe(false);
  },
);
