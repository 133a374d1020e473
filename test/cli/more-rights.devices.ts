/** Rights that are missing are told first, with the command that has them, and it is run after a yes. */
import { spawnSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { canMakeFakeMachines, makeFakeMachine, type FakeMachine } from "../support/fake-drives.js";
import { parseOutput } from "../support/json-output.js";
import { onTmux } from "../support/tmux.js";

const possible = canMakeFakeMachines();
/** Nobody's number. */
const user = 65_534;
const size = { columns: 80, rows: 24 };
let machine: FakeMachine;

beforeAll(async () => {
  if (!possible) return;
  machine = makeFakeMachine();
  const iso = await writeDemoImage(machine.work);
  copyFileSync(iso, join(machine.work, "it's.iso"));
  writeFileSync(join(machine.work, "bin/sudo"), '#!/bin/sh\nfor word; do echo "[$word]"; done\n', { mode: 0o755 });
  machine.plug({ name: "sdb", bus: "usb", vendor: "SanDisk", model: "Ultra", serial: "4C53", size: 15_376_318_464 });
});
afterAll(() => machine?.remove());

function piped(argv: readonly string[]) {
  const [command = "", ...words] = machine.command(argv, user);
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return { exitCode: status, out: stdout, err: stderr };
}

describe.skipIf(!possible)("a drive that this user may not write", () => {
  it("is told of before any question, and the same command runs after a yes", async () => {
    const session = onTmux(machine.command(["write", "it's.iso", "sdb", "--label", "A B"], user), size);
    try {
      const shown = await session.until(/\[y\/N\]/);
      await expect(shown).toMatchFileSnapshot("screens/more-rights.txt");
      expect(shown).toMatch(/^win7usb: \/dev\/sdb may not be written/);
      session.keys("y", "Enter");
      const words = ["/opt/node", "/opt/win7usb/bin/win7usb.js", "write", "it's.iso", "sdb", "--label", "A B"];
      expect(await session.until(/exit \d/)).toContain(`${words.map((word) => `[${word}]`).join("\n")}\nexit 0`);
    } finally {
      session.close();
    }
  });

  it("is not written where the answer is another one", async () => {
    const session = onTmux(machine.command(["check", "sdb"], user), size);
    try {
      await session.until(/\[y\/N\]/);
      session.keys("Enter");
      expect(await session.until(/exit \d/)).toMatch(/exit 5\n$/);
    } finally {
      session.close();
    }
  });

  it.each([
    ["nobody is there", ["write", "win7.iso", "sdb"]],
    ["it is a dry run", ["write", "win7.iso", "sdb", "--dry-run"]],
    ["a script has decided", ["write", "win7.iso", "sdb", "--yes"]],
  ])("has its command where %s", (_, argv) => {
    const { exitCode, err } = piped(argv);
    expect(exitCode).toBe(5);
    expect(err).toMatch(/^win7usb: \/dev\/sdb may not be written without more rights/);
    expect(err).toContain(`\n  sudo /opt/node /opt/win7usb/bin/win7usb.js ${argv.join(" ")}\n`);
    expect(err).not.toContain("[y/N]");
  });

  it("is not asked about with --yes on a terminal", async () => {
    const session = onTmux(machine.command(["write", "win7.iso", "sdb", "--yes"], user), size);
    try {
      expect(await session.until(/exit \d/)).toMatch(/sudo [^?]*\nexit 5\n$/);
    } finally {
      session.close();
    }
  });

  it("is the first that drives says, and its data says whose rights it needs", () => {
    expect(piped(["drives"]).err).toMatch(/^You lack the rights to write drives/);
    const { out } = piped(["write", "win7.iso", "sdb", "--dry-run", "--json"]);
    expect(parseOutput("write-plan", out)).toMatchObject({
      error: { code: "no-permission", data: { target: "/dev/sdb", needs: "root" } },
    });
  });

  it("is beside the point for an image file, and where more is in the way", () => {
    for (const argv of [
      ["write", "win7.iso", "/opt/work/home/x.img"],
      ["write", "win7.iso", "sdb", "none/x.img"],
    ]) {
      const { exitCode, err } = piped([...argv, "--dry-run"]);
      expect([exitCode, err.includes("sudo /opt")]).toEqual([5, false]);
    }
  });
});
