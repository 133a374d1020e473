/** `check` on an NTFS stick that Linux' ntfs3 has used, which is another driver than ntfs-3g and writes otherwise. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { writeDemoImage } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { judge } from "../support/judges.js";
import { runGuest } from "../support/linux-guest.js";
import { sharedKernel } from "../support/shared-kernel.js";
import { checkStickMetadata } from "../support/ntfs-judges.js";
import { parseOutput } from "../support/json-output.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-check-ntfs3-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const canRun = ["qemu-system-x86_64", "busybox", "apt-get", "dpkg-deb", "xz"].every((command) => judge(command));
const kernel = canRun ? await sharedKernel("trixie", "cloud-amd64") : null;
if (kernel === null && process.env["CI"] === "true") throw new Error("Debian 13's kernel cannot be fetched");

const modules = ["fs/nls/nls_utf8", "fs/ntfs3/ntfs3"];
let iso: string;
let image: string;

async function run(...argv: string[]) {
  const terminal = fakeTerminal();
  const exitCode = await main(argv, terminal);
  return { exitCode, ...terminal.shown };
}

async function check(...extra: string[]) {
  const { exitCode, out } = await run("check", image, "--json", ...extra);
  return { exitCode, ...parseOutput<CheckResult>("check", out) };
}

function guest(script: string): string {
  const mounting = `mount -t ntfs3 -o rw,iocharset=utf8 /dev/vda1 /mnt && echo MOUNTED\ncd /mnt\n${script}\n`;
  const all = `${mounting}cd /; sync; umount /mnt && echo UNMOUNTED\n`;
  const output = runGuest(kernel!, { modules, script: all, files: {}, disk: image, timeoutMs: 600_000 });
  expect(output).toContain("UNMOUNTED");
  return output;
}

describe.skipIf(kernel === null)("a stick that ntfs3 has used", () => {
  beforeAll(async () => {
    iso = await writeDemoImage(work);
    image = join(work, "stick");
    const { exitCode, err } = await run("write", iso, image, "-f", "ntfs", "--size", "96M");
    expect(exitCode, err).toBe(0);
    checkStickMetadata(image);
  });

  it("is whole after files were added, and says what was changed and removed", async () => {
    guest(`
mkdir more; i=0; while [ $i -lt 300 ]; do echo "new $i" > "more/by the guest $i.txt"; i=$((i+1)); done
rm more/*7.txt; cp sources/install.wim copy; mv copy sources/install.wim; cat bootmgr > /dev/null`);
    for (const extra of [[], ["--iso", iso]]) {
      const result = await check(...extra);
      expect(result.mismatches).toEqual([]);
      expect(result).toMatchObject({ exitCode: 0, verdict: "match", usedSince: true });
      expect(result.added).toHaveLength(270);
    }
    guest(`
rm sources/ei.cfg; echo "open=evil.exe" > autorun.inf; echo more >> sources/boot.wim; mv setup.exe old.exe
mkdir upgrade/deep; ln bootmgr upgrade/deep/link; rm -r more`);
    for (const extra of [[], ["--iso", iso]]) {
      const result = await check(...extra);
      expect(result.exitCode).toBe(7);
      const causes = Object.fromEntries(result.mismatches.map(({ path, cause }) => [path, cause]));
      expect(causes).toEqual({
        "sources/ei.cfg": "removed",
        "autorun.inf": "changed",
        "sources/boot.wim": "changed",
        "setup.exe": "removed",
      });
      expect(new Set(result.added)).toEqual(new Set(["old.exe", "upgrade/deep/link"]));
    }
  });
});
