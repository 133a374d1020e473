import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pageMemory } from "../../src/bytes/page-memory.js";
import { GiB, MiB } from "../../src/bytes/units.js";
import { inspectTarget, openImageFile } from "../../src/drive/index.js";
import { freeSpace, parseDf } from "../../src/drive/free-space.js";
import { openTarget } from "../support/open-target.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-image-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = { force: false };

function pattern(length: number): Uint8Array {
  const bytes = pageMemory(length);
  for (let index = 0; index < length; index += 1) bytes[index] = index % 253;
  return bytes;
}

describe("an image file", () => {
  it.each([1 * MiB, 1 * MiB + 512, 513])(
    "of %i bytes appears whole and under its name only when it is committed",
    async (size) => {
      const path = join(folder, "usb.img");
      const writer = await openImageFile(path, size, options);
      expect(writer).toMatchObject({ path, kind: "image-file", size, skipsZeros: true });
      const bytes = pattern(size);
      await writer.write(0, bytes);
      await writer.flush();
      await writer.beginReadBack();
      const found = pageMemory(size);
      await writer.read(0, found);
      expect(Buffer.compare(found, bytes)).toBe(0);
      expect(readdirSync(folder).filter((name) => name === "usb.img")).toEqual([]);
      await writer.commit();
      expect(readdirSync(folder)).toEqual(["usb.img"]);
      expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
    },
  );

  it("is sparse where nothing was written", async () => {
    const path = join(folder, "large.img");
    const writer = await openImageFile(path, 64 * GiB, options);
    await writer.write(32 * GiB, pattern(8192));
    await writer.commit();
    const { size, blocks } = statSync(path);
    expect(size).toBe(64 * GiB);
    expect(blocks * 512).toBeLessThan(1 * MiB);
  });

  it("leaves nothing behind when it is given up", async () => {
    const writer = await openImageFile(join(folder, "usb.img"), 1 * MiB, options);
    await writer.write(0, pattern(4096));
    await writer.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("takes away what killed writes of the same image left, and nothing else", async () => {
    const path = join(folder, "usb.img");
    const writer = await openImageFile(path, 4096, options);
    const [temporary] = readdirSync(folder) as [string];
    const left = (name: string): string => {
      writeFileSync(join(folder, name), "left");
      return name;
    };
    // A process that has ended: its number is not given away again so soon.
    const ended = String(spawnSync(process.execPath, ["-e", ""]).pid);
    const killed = left(temporary.replace(`-${process.pid}-`, `-${ended}-`));
    const kept = [
      temporary,
      left(killed.replace("usb", "other")),
      left(killed.replace(/win7usb-./, "win7usb-x")),
      left(`${killed}.old`),
      left(killed.slice(1)),
    ];
    expect(readdirSync(folder)).toHaveLength(6);
    const second = await openImageFile(path, 4096, options);
    expect(readdirSync(folder)).not.toContain(killed);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(kept));
    await Promise.all([writer.abort(), second.abort()]);
    expect(readdirSync(folder).toSorted()).toEqual(kept.slice(1).toSorted());
  });

  it.runIf(process.platform === "linux")(
    "goes with the next write when nobody has asked how its process ended",
    async () => {
      const path = join(folder, "usb.img");
      const writer = await openImageFile(path, 4096, options);
      const [temporary] = readdirSync(folder) as [string];
      // The shell becomes a process that does not know of the child it has.
      const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 20"], { stdio: ["ignore", "pipe", "ignore"] });
      try {
        const [line] = (await once(parent.stdout, "data")) as [Buffer];
        const zombie = Number(line.toString());
        while (!readFileSync(`/proc/${zombie}/stat`, "utf8").includes(") Z ")) await delay(5);
        expect(process.kill(zombie, 0)).toBe(true);
        const killed = temporary.replace(`-${process.pid}-`, `-${zombie}-`);
        writeFileSync(join(folder, killed), "left");
        const second = await openImageFile(path, 4096, options);
        expect(readdirSync(folder)).not.toContain(killed);
        await Promise.all([writer.abort(), second.abort()]);
      } finally {
        parent.kill();
      }
    },
  );

  it("does not take the place of a file without force, whenever that came", async () => {
    const path = join(folder, "usb.img");
    const writer = await openImageFile(path, 4096, options);
    writeFileSync(path, "precious");
    await expect(writer.commit()).rejects.toMatchObject({ code: "target-exists" });
    await writer.abort();
    await expect(openImageFile(path, 4096, options)).rejects.toMatchObject({ code: "target-exists", exitCode: 5 });
    expect(readFileSync(path, "utf8")).toBe("precious");
    // What is whole is not thrown away.
    const [kept, ...others] = readdirSync(folder).filter((name) => name !== "usb.img");
    expect(others).toEqual([]);
    expect(readFileSync(join(folder, kept!))).toHaveLength(4096);
  });

  it("takes it with force, and only when it is whole; a link's target is what is replaced", async () => {
    const real = join(folder, "real.img");
    const path = join(folder, "usb.img");
    writeFileSync(real, "old");
    symlinkSync(real, path);
    const writer = await openImageFile(path, 4096, { ...options, force: true });
    await writer.write(0, pattern(4096));
    expect(readFileSync(path, "utf8")).toBe("old");
    await writer.commit();
    expect(readFileSync(real).length).toBe(4096);
    expect(readdirSync(folder).toSorted()).toEqual(["real.img", "usb.img"]);
  });

  it.each([
    { name: "in a folder that is not there", path: "no/usb.img", size: 4096, code: "target-missing" },
    { name: "below a file", path: "file/usb.img", size: 4096, code: "target-missing" },
    { name: "in place of a folder", path: "folder", size: 4096, code: "target-not-a-drive" },
    { name: "larger than any file", path: "usb.img", size: 2 ** 53 - 4096, code: "no-space" },
  ])("$name is refused: $code", async ({ path, size, code }) => {
    mkdirSync(join(folder, "folder"));
    writeFileSync(join(folder, "file"), "");
    const opened = openImageFile(join(folder, path), size, { force: true });
    await expect(opened).rejects.toMatchObject({ code, exitCode: 5 });
    expect(readdirSync(folder).toSorted()).toEqual(["file", "folder"]);
  });

  it.runIf(process.platform !== "win32")("without permission is refused", async () => {
    chmodSync(folder, 0o555);
    await asNobody(async () => {
      await expect(openImageFile(join(folder, "usb.img"), 4096, options)).rejects.toMatchObject({
        code: "no-permission",
      });
    });
  });

  it("may not be the image that is read", async () => {
    const path = join(folder, "win7.iso");
    writeFileSync(path, "iso");
    const opening = openTarget(await inspectTarget(path), {
      size: 4096,
      force: true,
      imagePath: join(folder, "./win7.iso"),
    });
    await expect(opening).rejects.toMatchObject({ code: "source-drive", exitCode: 5 });
    expect(readFileSync(path, "utf8")).toBe("iso");
  });
});

/** Root may write anywhere, so its rights are laid down meanwhile. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const nobody = 65_534;
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(nobody);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe("what a target's name means", () => {
  it("is an image file where there is one, or can be one", async () => {
    const path = join(folder, "usb.img");
    expect(await inspectTarget(path)).toEqual({ kind: "image-file", path, exists: false });
    writeFileSync(path, "");
    expect(await inspectTarget(path)).toEqual({ kind: "image-file", path, exists: true });
  });

  it.each([
    { path: "/dev/no-such-drive", code: "target-missing" },
    { path: "no/such/folder/usb.img", code: "target-missing" },
    { path: ".", code: "target-not-a-drive" },
  ])("$path: $code", async ({ path, code }) => {
    await expect(inspectTarget(path)).rejects.toMatchObject({ code, exitCode: 5 });
  });

  it.runIf(process.platform === "linux")("is nothing where it is a character device", async () => {
    await expect(inspectTarget("/dev/null")).rejects.toMatchObject({ code: "target-not-a-drive" });
  });
});

describe.runIf(process.platform === "linux")("a folder that somebody else may write to", () => {
  const secret = "root's own";
  /** The temporary file's name, and a file outside the folder that must stay as it is. */
  async function beginning(force: boolean) {
    const outside = mkdtempSync(join(tmpdir(), "win7usb-outside-"));
    const precious = join(outside, "shadow");
    writeFileSync(precious, secret);
    const path = join(folder, "usb.img");
    if (force) writeFileSync(path, "old");
    const writer = await openImageFile(path, 8192, { force });
    const temporary = readdirSync(folder).find((name) => name.startsWith(".usb.img"))!;
    return { path, precious, writer, temporary: join(folder, temporary) };
  }

  it.each([
    ["a link", (place: string, precious: string) => symlinkSync(precious, place)],
    ["a hard link", (place: string, precious: string) => linkSync(precious, place)],
    ["a file", (place: string) => writeFileSync(place, "the attacker's")],
    ["nothing", () => undefined],
  ])("%s in the temporary file's place is neither written nor given the image's name", async (_, put) => {
    for (const force of [false, true]) {
      const { path, precious, writer, temporary } = await beginning(force);
      renameSync(temporary, join(folder, "stolen"));
      put(temporary, precious);
      await writer.write(0, pattern(8192));
      await writer.flush();
      await writer.beginReadBack();
      const found = pageMemory(8192);
      await writer.read(0, found);
      expect(Buffer.compare(found, pattern(8192))).toBe(0);
      await expect(writer.commit()).rejects.toMatchObject({ code: "write-failed" });
      await writer.abort();
      expect(readFileSync(precious, "utf8")).toBe(secret);
      expect(existsSync(path) ? readFileSync(path, "utf8") : "old").toBe("old");
      expect(readFileSync(join(folder, "stolen"))).toHaveLength(8192);
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
    }
  });

  it("is written to where it was, though its path leads elsewhere by now", async () => {
    const inner = join(folder, "inner");
    mkdirSync(inner);
    const writer = await openImageFile(join(inner, "usb.img"), 4096, options);
    const outside = mkdtempSync(join(tmpdir(), "win7usb-outside-"));
    renameSync(inner, join(folder, "moved"));
    symlinkSync(outside, inner);
    await writer.write(0, pattern(4096));
    await writer.commit();
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(join(folder, "moved"))).toEqual(["usb.img"]);
  });
});

describe("the space that is left", () => {
  const heading = "Filesystem 1024-blocks Used Available Capacity Mounted on\n";
  it.each([
    ["/dev/sda1 1000 400 600 40% /\n", 600 * 1024],
    ["//server/a share 1000 400 600 40% /mnt/a share\n", 600 * 1024],
    ["full 1000 1100 -100 110% /mnt\n", 0],
    ["none 0 0 0 - /mnt\n", undefined],
    ["", undefined],
  ])("%j is %s bytes", (line, bytes) => {
    expect(parseDf(heading + line)).toBe(bytes);
  });

  it("is what statfs says where block and fragment are the same", async () => {
    const free = await freeSpace(folder);
    expect(free).toBeGreaterThan(0);
  });
});
