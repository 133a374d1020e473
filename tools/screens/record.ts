/**
 * What the program says on the screens that pages show: runs of the built program on the fixtures' image, in a folder of
 * their own, so that no path of this machine is in them. Nothing is shown that has a time in it.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../../test/support/demo-image.js";
import { writeMachineDisc } from "../../test/support/machine-disc.js";

type Screen = {
  readonly name: string;
  /** What the picture is of, for those who do not see it. */
  readonly title: string;
  readonly argv: readonly string[];
  /** Below the folder of all screens, where this one needs other files of the same names. */
  readonly folder?: string;
  readonly prepare?: (place: Place) => void | Promise<void>;
};

type Place = {
  readonly folder: string;
  readonly root: string;
  readonly run: (...argv: string[]) => string;
};

/** So far behind the beginning of a WIM, in bytes, a blob is hit in the fixture's. */
const intoBlobs = 300_000;

/** Turns one bit of a blob of the last WIM in `image`. */
function damage(image: string, path: string): void {
  const bytes = readFileSync(image);
  bytes[bytes.lastIndexOf("MSWIM\0\0\0") + intoBlobs]! ^= 1;
  writeFileSync(path, bytes);
}

const screens: readonly Screen[] = [
  { name: "inspect", title: "win7usb inspect: what an ISO is", argv: ["inspect", "win7.iso"] },
  {
    name: "verify-damaged",
    title: "win7usb verify --deep: one bit is wrong, and the file is named",
    argv: ["verify", "damaged.iso", "--deep"],
    prepare: ({ folder }) => damage(join(folder, "win7.iso"), join(folder, "damaged.iso")),
  },
  {
    name: "plan",
    title: "win7usb write --dry-run: all that would be written",
    argv: ["write", "win7.iso", "usb.img", "--dry-run"],
  },
  {
    name: "check",
    title: "win7usb check: the image file is as it was written",
    argv: ["check", "usb.img"],
    prepare: ({ run }) => void run("write", "win7.iso", "usb.img"),
  },
  {
    name: "check-damaged",
    title: "win7usb check: a file is damaged, and what to do",
    argv: ["check", "usb.img"],
    prepare: ({ folder }) => damage(join(folder, "usb.img"), join(folder, "usb.img")),
  },
  {
    name: "machine",
    title: "win7usb inspect --machine: Setup has no driver for the machine's USB controller",
    argv: ["inspect", "win7.iso", "--machine", "machine.txt"],
    folder: "machine",
    async prepare({ folder, root }) {
      renameSync(await writeMachineDisc(folder), join(folder, "win7.iso"));
      copyFileSync(join(root, "fixtures/machines/desktop-h110.txt"), join(folder, "machine.txt"));
    },
  },
];

/** Of a person's terminal; its screen is held against the program by test/cli/picker.devices.ts. */
const picker = {
  name: "picker",
  title: "win7usb write without a target: the drives to choose from",
  command: "win7usb write win7.iso",
  file: "test/cli/screens/picker-80x24.txt",
};

export type RecordedScreen = { readonly name: string; readonly title: string; readonly text: string };

/** Runs all of it with the program that is built in `root`. */
export async function recordScreens(root: string): Promise<RecordedScreen[]> {
  const base = mkdtempSync(join(tmpdir(), "win7usb-screens-"));
  const placeOf = (folder: string): Place => ({
    folder,
    root,
    run(...argv) {
      const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, "bin/win7usb.js"), ...argv], {
        cwd: folder,
        encoding: "utf8",
        env: { PATH: process.env["PATH"] ?? "", NO_COLOR: "1" },
      });
      if (status === null || [1, 2, 5, 6].includes(status)) throw new Error(`win7usb ${argv.join(" ")}: ${stderr}`);
      return stdout;
    },
  });
  try {
    await writeDemoImage(base, { payloadSize: 4 * MiB });
    const recorded: RecordedScreen[] = [];
    for (const { name, title, argv, folder = ".", prepare } of screens) {
      const place = placeOf(join(base, folder));
      mkdirSync(place.folder, { recursive: true });
      await prepare?.(place);
      recorded.push({ name, title, text: `$ win7usb ${argv.join(" ")}\n${place.run(...argv)}` });
    }
    const { name, title, command, file } = picker;
    return [...recorded, { name, title, text: `$ ${command}\n${readFileSync(join(root, file), "utf8")}` }];
  } finally {
    rmSync(base, { recursive: true });
  }
}
