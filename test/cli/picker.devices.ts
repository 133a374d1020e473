/** Drives that are chosen at a terminal: what stands there, keys, drives that come, go and are swapped meanwhile. */
import { spawnSync } from "node:child_process";
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GiB, MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { canMakeFakeMachines, makeFakeMachine, type FakeDrive, type FakeMachine } from "../support/fake-drives.js";
import { attachLoopDevice } from "../support/loop-device.js";
import { sample } from "../support/sample.js";
import { onTmux, type TmuxOptions, type TmuxSession } from "../support/tmux.js";

const possible = canMakeFakeMachines();
const small = { columns: 80, rows: 24 };
const large = { columns: 132, rows: 43 };

const disk: FakeDrive = { name: "sda", bus: "sata", vendor: "ATA", model: "Samsung SSD 860", size: 500_107_862_016 };
const holiday: FakeDrive = {
  name: "sdb",
  bus: "usb",
  vendor: "SanDisk",
  model: "Ultra",
  serial: "4C530001230523117453",
  size: 31_914_983_424,
  volume: { type: "vfat", version: "FAT32", label: "HOLIDAY 24" },
};
const blank: FakeDrive = {
  name: "sdc",
  bus: "usb",
  vendor: "Kingston",
  model: "DataTraveler 3.0",
  serial: "E0D55EA574B0F551D9D40A4F",
  size: 8_010_194_944,
};
const locked: FakeDrive = { ...blank, name: "sdd", serial: "1", readOnly: true };

let machine: FakeMachine;
let session: TmuxSession | undefined;
beforeAll(async () => {
  if (!possible) return;
  machine = makeFakeMachine();
  await writeDemoImage(machine.work);
  machine.plug(disk);
});
afterAll(() => machine?.remove());
afterEach(() => {
  session?.close();
  session = undefined;
});

function start(size: TmuxOptions, ...more: string[]): TmuxSession {
  session = onTmux(machine.command(["write", "win7.iso", ...more]), size);
  return session;
}

/** With these plugged in. */
async function withDrives(drives: readonly FakeDrive[], work: () => Promise<void>): Promise<void> {
  for (const drive of drives) machine.plug(drive);
  try {
    await work();
  } finally {
    for (const { name } of drives) machine.pull(name);
  }
}

/** Name of the file with the screen, and the terminal. */
const screens: readonly (readonly [string, TmuxOptions])[] = [
  ["80x24", small],
  ["132x43", large],
  ["no-color", { ...small, environment: { NO_COLOR: "1" } }],
  ["c-locale", { ...small, environment: { LC_ALL: "C" } }],
  ["dumb", { ...small, environment: { TERM: "dumb" } }],
];

const here = /which drive\?/;

describe.skipIf(!possible)("the drives to choose from", () => {
  it.each(sample(screens, 2))("stand on the screen of %s", async (name, size) => {
    await withDrives([holiday, blank, locked], async () => {
      const terminal = start(size);
      await terminal.until(/read-only/);
      const shown = await terminal.until(name === "dumb" ? /looks again/ : /enter: take/);
      await expect(shown).toMatchFileSnapshot(`screens/picker-${name}.txt`);
      // What is refused is faint, which a colourless terminal is not told.
      expect(terminal.screen(true).includes("\u001b[")).toBe(!["no-color", "dumb"].includes(name));
      terminal.keys("C-c");
      expect(await terminal.until(/exit \d/)).toMatch(/no drive was chosen\n(?:.*\n)*exit 130\n$/);
    });
  });

  it("are none to a script, which is told what is missing", () => {
    const [command = "", ...words] = machine.command(["write", "win7.iso"]);
    const { status, stderr } = spawnSync(command, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    expect(status).toBe(2);
    expect(stderr).toContain("missing required argument 'target'");
  });

  it.each([["--yes"], ["--json"]])("are not asked for with %s", async (option) => {
    expect(await start(small, option).until(/exit \d/)).toMatch(/missing required argument 'target'(?:.*\n)*exit 2\n$/);
  });

  it("are waited for, and come and go while the list stands", async () => {
    const terminal = start(small);
    await expect(await terminal.until(/plug one in/)).toMatchFileSnapshot("screens/picker-waiting.txt");
    terminal.keys("Enter");
    machine.plug(holiday);
    await terminal.until(/> \[ \] \/dev\/sdb/);
    machine.plug(blank);
    await terminal.until(/ {2}\[ \] \/dev\/sdc/);
    terminal.keys("Down", "Space");
    await terminal.until(/> \[x\] \/dev\/sdc/);
    machine.pull("sdc");
    await terminal.until(/> \[ \] \/dev\/sdb(?:.*\n)*?(?!.*sdc)/);
    // Another one of that name was not marked.
    machine.plug({ ...blank, serial: "another" });
    expect(await terminal.until(/serial another/)).toMatch(/ {2}\[ \] \/dev\/sdc/);
    machine.pull("sdb");
    machine.pull("sdc");
    expect(await terminal.until(/plug one in/)).toMatch(here);
    terminal.keys("Escape");
    expect(await terminal.until(/exit \d/)).toMatch(/exit 130\n$/);
  });

  it("are several with the space bar, and the plan has them all", async () => {
    await withDrives([holiday, blank], async () => {
      const terminal = start(large, "--dry-run");
      await terminal.until(/enter: take/);
      terminal.keys("Space", "Down", "Space", "Enter");
      const shown = await terminal.until(/exit \d/);
      expect(shown).toMatch(/which drive\? \/dev\/sdb, \/dev\/sdc\n/);
      expect(shown).toMatch(/drive +\/dev\/sdb(?:.*\n)*.*drive +\/dev\/sdc/);
      expect(shown).toMatch(/nothing was written\nexit 0\n$/);
    });
  });

  it("are numbers where the terminal cannot redraw", async () => {
    const terminal = start({ ...small, environment: { TERM: "dumb" } }, "--dry-run");
    await terminal.until(/plug one in/);
    await withDrives([holiday, blank], async () => {
      terminal.keys("Enter");
      await terminal.until(/looks again\):/);
      terminal.keys("3", "Enter");
      await terminal.until(/Expected numbers from 1 to 2/);
      terminal.keys("2 1", "Enter");
      expect(await terminal.until(/exit \d/)).toMatch(/exit 0\n$/);
    });
  });

  it("are written when the name of the one that was chosen is typed", async () => {
    await withDrives([holiday], async () => {
      const terminal = start(large);
      await terminal.until(/enter: take/);
      terminal.keys("Enter");
      const shown = await terminal.until(/Type sdb to erase it/);
      // Without the size of the fixture.
      await expect(shown.replaceAll(/[\d.]+ (?:[KM]iB|files)/g, "n")).toMatchFileSnapshot("screens/question.txt");
      terminal.keys("no", "Enter");
      expect(await terminal.until(/exit \d/)).toMatch(/exit 130\n$/);
    });
  });

  it("are written to the end, where the name is right", async () => {
    const file = join(machine.work, "stick.img");
    writeFileSync(file, "");
    truncateSync(file, 256 * MiB);
    const loop = attachLoopDevice(file);
    try {
      await withDrives([{ ...blank, size: 256 * MiB, device: loop.path }], async () => {
        const terminal = start(small);
        await terminal.until(/enter: take/);
        terminal.keys("Enter");
        await terminal.until(/Type sdc to erase it/);
        terminal.keys("sdc", "Enter");
        expect(await terminal.until(/exit \d/)).toMatch(/safe to unplug(?:.*\n)*exit 0\n$/);
      });
    } finally {
      loop.detach();
      rmSync(file);
    }
  });

  it("of many are as many as fit, and the rest is counted", async () => {
    const many = Array.from({ length: 20 }, (_, index) => ({
      ...blank,
      name: `sd${String.fromCharCode(101 + index)}`,
      serial: `S${index}`,
      size: GiB * (index + 4),
    }));
    await withDrives(many, async () => {
      const terminal = start(small);
      await terminal.until(/more below/);
      terminal.keys("Up");
      const shown = await terminal.until(/more above/);
      expect(shown).toMatch(/> \[ \] \/dev\/sdx/);
      expect(shown).toMatch(/^.*which drive\?/);
      terminal.keys("C-c");
      await terminal.until(/exit 130/);
    });
  });
});

describe.skipIf(!possible)("before they are chosen", () => {
  it.each([["none.iso"], ["bin"]])("an image that is none (%s) is told", async (path) => {
    session = onTmux(machine.command(["write", path]), small);
    expect(await session.until(/exit \d/)).toMatch(/exit 3\n$/);
    expect(session.screen()).not.toMatch(here);
  });

  it("rights that are missing are told, and the same command has them", async () => {
    session = onTmux(machine.command(["write", "win7.iso"], 65_534), small);
    await session.until(/exit 5/);
    expect(session.screen()).toMatch(/^win7usb: drives may not be written without more rights/);
  });
});
