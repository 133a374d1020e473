/** `win7usb` and nothing else at a terminal: what it asks, and the command that it makes of the answers. */
import { copyFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { canMakeFakeMachines, makeFakeMachine, type FakeMachine } from "../support/fake-drives.js";
import { sample } from "../support/sample.js";
import { onTmux, type TmuxOptions, type TmuxSession } from "../support/tmux.js";

const possible = canMakeFakeMachines();
const small = { columns: 80, rows: 24 };
let machine: FakeMachine;
let session: TmuxSession | undefined;
/** Names of the folder that is /opt/work there. */
const at = (name: string): string => join(machine.work, name);

beforeAll(async () => {
  if (!possible) return;
  machine = makeFakeMachine();
  renameSync(await writeDemoImage(machine.work), at("it's win7.iso"));
  copyFileSync(at("it's win7.iso"), at("home/Downloads/GSP1RMCPRFRER_EN_DVD.iso"));
  writeFileSync(at("broken.iso"), "no image");
  for (const [index, name] of ["broken.iso", "it's win7.iso", "home/Downloads/GSP1RMCPRFRER_EN_DVD.iso"].entries()) {
    utimesSync(at(name), new Date(0), new Date(Date.UTC(2026, 0, 1 + index)));
  }
  machine.plug({ name: "sdb", bus: "usb", vendor: "SanDisk", model: "Ultra", serial: "4C53", size: 15_376_318_464 });
});
afterAll(() => machine?.remove());
afterEach(() => {
  session?.close();
  session = undefined;
});

function start(argv: readonly string[], size: TmuxOptions = small, user = 0): TmuxSession {
  session = onTmux(machine.command(argv, user), size);
  return session;
}

/** Name of the files with the screens, and the terminal. */
const screens: readonly (readonly [string, TmuxOptions])[] = [
  ["80x24", small],
  ["132x43", { columns: 132, rows: 43 }],
  ["c-locale", { ...small, environment: { LC_ALL: "C", NO_COLOR: "1" } }],
];

/** Up to the command; without the size of the fixture. The plan behind it is another test's. */
function lasting(shown: string): string {
  const end = shown.search(/^ {2}image /m);
  return (end === -1 ? shown : shown.slice(0, end)).replaceAll(/[\d.]+ MiB/g, "n MiB");
}

describe.skipIf(!possible)("win7usb alone", () => {
  it.each(sample(screens, 1))("asks step by step, and runs the command that it prints (%s)", async (name, size) => {
    const terminal = start([], size);
    await expect(lasting(await terminal.until(/another file/))).toMatchFileSnapshot(`screens/guided-image-${name}.txt`);
    terminal.keys("Down", "Enter");
    await terminal.until(/which drive\?/);
    terminal.keys("Enter");
    await terminal.until(/Which file system\?(?:.*\n)*.*ntfs/);
    terminal.keys("Down", "Down", "Enter");
    await terminal.until(/Label \(/);
    terminal.keys("MY STICK", "Enter");
    const shown = await terminal.until(/Type sdb to erase it/);
    await expect(lasting(shown)).toMatchFileSnapshot(`screens/guided-${name}.txt`);
    terminal.keys("C-c");
    expect(await terminal.until(/exit \d/)).toMatch(/exit 130\n$/);
  });

  it("asks with numbers where the terminal cannot redraw", async () => {
    const terminal = start([], { ...small, environment: { TERM: "dumb" } });
    for (const [until, answer] of [
      [/another file(?:.*\n)*Number.*:$/m, "1"],
      [/which drive\?(?:.*\n)*Number.*:\n$/, "1"],
      [/file system\?(?:.*\n)*Number.*:\n$/, "2"],
      [/Label.*:\n$/, ""],
    ] as const) {
      await terminal.until(until);
      terminal.keys(answer, "Enter");
    }
    await expect(lasting(await terminal.until(/Type sdb/))).toMatchFileSnapshot("screens/guided-dumb.txt");
    terminal.keys("C-c");
    await terminal.until(/exit 130/);
  });

  it("takes the path of a file that was dropped, and says what is wrong with one until it is right", async () => {
    const terminal = start([]);
    await terminal.until(/another file/);
    terminal.keys("Down", "Down", "Enter");
    await terminal.until(/win7usb: this is no ISO image(?:.*\n)*.*another file/);
    terminal.keys("Up", "Enter");
    await terminal.until(/Path of the ISO/);
    terminal.keys("none.iso", "Enter");
    await terminal.until(/there is no such file(?:.*\n)*.*another file/);
    terminal.keys("Up", "Enter");
    await terminal.until(/here\):\n$/);
    terminal.keys(String.raw`'it'\''s win7.iso'`, "Enter");
    await terminal.until(/which drive\?/);
    terminal.keys("Escape");
    expect(await terminal.until(/exit \d/)).toMatch(/exit 130\n$/);
  });

  it("asks for the path where there is no ISO", async () => {
    const names = ["broken.iso", "it's win7.iso"];
    for (const name of names) renameSync(at(name), at(`${name}.away`));
    renameSync(at("home/Downloads"), at("home/Other"));
    try {
      await start([]).until(/Path of the ISO/);
    } finally {
      for (const name of names) renameSync(at(`${name}.away`), at(name));
      renameSync(at("home/Other"), at("home/Downloads"));
    }
  });

  it("goes on with an ISO that was dropped onto the program, and refuses what is none", async () => {
    await start(["it's win7.iso"]).until(/Windows 7 Professional(?:.*\n)*.*which drive\?/);
    session?.close();
    expect(await start(["broken.iso"]).until(/exit \d/)).toMatch(/win7usb: this is no ISO image(?:.*\n)*exit 3\n$/);
  });

  it("says first that rights are missing", async () => {
    writeFileSync(at("bin/sudo"), '#!/bin/sh\necho "ran: $*"\n', { mode: 0o755 });
    const terminal = start(["it's win7.iso"], small, 65_534);
    expect(await terminal.until(/\[y\/N\]/)).toMatch(/^win7usb: drives may not be written without more rights/);
    terminal.keys("y", "Enter");
    expect(await terminal.until(/exit \d/)).toMatch(/ran: .*win7usb\.js it's win7\.iso\nexit 0\n$/);
    rmSync(at("bin/sudo"));
  });
});
