/** `-` as a target, and compressed image files: the bytes are those of an image file, and whatever can refuse comes before them. */
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { withFlippedBit } from "../support/flipped-bit.js";
import { parseOutput, requireSchema } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { onPty } from "../support/pty.js";
import { programCommand, runProgram } from "../support/program.js";

let folder: string;
const path = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-streams-"));
  await writeDemoImage(folder, { payloadSize: 64 * KiB });
  const damaged = await withFlippedBit(readFileSync(path("win7.iso")));
  writeFileSync(path("damaged.iso"), damaged);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

type Sent = { readonly exitCode: number | null; readonly out: Buffer; readonly err: string };

/** What goes through a pipe. */
function send(options: readonly string[], iso = "win7.iso"): Sent {
  const [node, script] = programCommand;
  const argv = [script, "write", iso, "-", ...options];
  const { status, stdout, stderr } = spawnSync(node, argv, { cwd: folder, maxBuffer: 2 ** 28 });
  return { exitCode: status, out: stdout, err: stderr.toString() };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const eventsOf = (text: string): { event: string; phase?: string; code?: string }[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => parseOutput("write-event", line));

describe("a disk that goes to standard output", () => {
  it.each([
    [["--size", "150M", "--filesystem", "ntfs"], "gaps.img"],
    [["--image-check", "none", "--no-verify", "--force", "--yes"], "unchecked.img"],
  ])("is the image file that would be written, with %j", (options, name) => {
    const { exitCode, out, err } = send(options);
    expect(exitCode, err).toBe(0);
    expect(runProgram(["write", "win7.iso", name, ...options], folder).exitCode).toBe(0);
    expect(Buffer.compare(out, readFileSync(path(name)))).toBe(0);
    const isVerified = !options.includes("--no-verify");
    expect(err.includes(`SHA-256 ${sha256(out)}`)).toBe(isVerified);
    expect(err.includes("it is read twice")).toBe(isVerified);
    writeFileSync(path("sent.img"), out);
    if (isVerified) expect(runProgram(["check", "sent.img"], folder).exitCode).toBe(0);
  });

  it("is all that is there; events go to standard error, one a line, and nothing else does", () => {
    const { exitCode, out, err } = send(["--json", "--record", "sent.json", "--record", "sent.txt"]);
    expect(exitCode).toBe(0);
    const events = eventsOf(err);
    expect(events[0]!.event).toBe("start");
    expect(events.filter(({ event }) => event === "phase").map(({ phase }) => phase)).toEqual(["check", "write"]);
    const target = {
      path: "-",
      sha256: sha256(out),
      sha256Bytes: out.length,
      bytesWritten: out.length,
      verified: false,
    };
    expect(events.at(-1)).toMatchObject({ event: "done", targets: [target], image: { verdict: "intact" } });
    const record = JSON.parse(readFileSync(path("sent.json"), "utf8")) as Record<string, unknown>;
    requireSchema("record", record);
    expect(record).toMatchObject({
      verdicts: [{ word: "done", sentence: "sent to standard output, and not read back" }],
      targets: [{ path: "-", kind: "stream", sha256: sha256(out), verified: false, readBack: null }],
    });
    const text = readFileSync(path("sent.txt"), "utf8");
    for (const words of ["Sent to      standard output", "Map of standard output"]) expect(text).toContain(words);
  });

  it.each([
    [["--only-changed"], /a stream is written anew/, /--only-changed/],
    [["--format", "vhd"], /the disk itself/, /--format/],
    [["other.img"], /the only target/, /tee/],
    [["--size", "1M"], /./, /Give --size/],
    [["--bogus"], /unknown option/, /./],
  ])("has none of it where %j is refused", (options, message, hint) => {
    const { exitCode, out, err } = send([...options, "--json"]);
    expect([exitCode === 2 || exitCode === 5, out.length]).toEqual([true, 0]);
    const last = JSON.stringify(eventsOf(err).at(-1));
    expect(last).toMatch(message);
    expect(last).toMatch(hint);
    expect(existsSync(path("other.img"))).toBe(false);
  });

  it("has none of it where the image is damaged, which is found before the first byte", () => {
    const { exitCode, out, err } = send([], "damaged.iso");
    expect([exitCode, out.length]).toEqual([3, 0]);
    expect(err).toContain("sources/install.wim");
    const allowed = send(["--allow", "damaged", "--json"], "damaged.iso");
    expect([allowed.exitCode, allowed.out.length > 0]).toEqual([0, true]);
  });

  it("is not sent by a dry run, which says so on standard error", () => {
    const { exitCode, out, err } = send(["--dry-run"]);
    expect([exitCode, out.length]).toEqual([0, 0]);
    expect(err).toMatch(/standard output, .*nothing was written/s);
    const plan = parseOutput<{ targets: unknown[] }>("write-plan", send(["--dry-run", "--json"]).err);
    expect(plan.targets).toEqual([{ kind: "stream", path: "-" }]);
  });

  it.skipIf(!judge("python3"))("is nothing for a terminal", async () => {
    const { exitCode, shown } = await onPty(["write", "win7.iso", "-"], { folder });
    expect(exitCode).toBe(2);
    expect(shown.replaceAll(/\s+/g, " ")).toMatch(/standard output is a terminal.*win7usb write <iso> - > usb\.img/);
  });

  it("is not written into the image that it is made of", () => {
    const before = readFileSync(path("win7.iso"));
    const file = openSync(path("win7.iso"), "a");
    const [node, script] = programCommand;
    const { status, stderr } = spawnSync(node, [script, "write", "win7.iso", "-"], {
      cwd: folder,
      stdio: ["ignore", file, "pipe"],
    });
    closeSync(file);
    expect([status, stderr.toString()]).toEqual([5, expect.stringContaining("standard output is win7.iso itself")]);
    expect(Buffer.compare(readFileSync(path("win7.iso")), before)).toBe(0);
  });

  it("ends with a sentence and 6 where its reader goes away, and leaves nothing", () => {
    const before = readdirSync(folder).toSorted();
    const words = [...programCommand, "write", "win7.iso", "-"].map((word) => `'${word}'`).join(" ");
    const command = `${words} | head -c 1000000 | wc -c; exit "\${PIPESTATUS[0]}"`;
    const { status, stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: folder, encoding: "utf8" });
    expect([status, stdout.trim()]).toEqual([6, "1000000"]);
    expect(stderr.replaceAll(/\s+/g, " ")).toMatch(
      /whoever reads - went away after .* What was taken is no whole disk/,
    );
    expect(readdirSync(folder).toSorted()).toEqual(before);
  });

  it("waits for a reader that takes nothing, and ends with 130 when it is interrupted meanwhile", async () => {
    const [node, script] = programCommand;
    const child = spawn(node, [script, "write", "win7.iso", "-", "--json"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let err = "";
    const isWriting = new Promise<void>((resolve) => {
      child.stderr.on("data", (text) => {
        err += String(text);
        if (err.includes('"phase":"write"')) resolve();
      });
    });
    await isWriting;
    const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    const last = eventsOf(err).at(-1);
    expect(last).toMatchObject({ event: "error", code: "interrupted" });
  });
});

describe("a compressed image file", () => {
  it("unpacks to the image file, is told as what it is, and is the same each time", () => {
    for (const name of ["one.img.gz", "two"]) {
      const argv = ["write", "win7.iso", name === "two" ? "./two" : name, "--format", "gz", "--json"];
      const { exitCode, out, err } = runProgram(argv, folder);
      expect(exitCode, err).toBe(0);
      expect(err.replaceAll(/\s+/g, " ")).toContain("compressed with gzip");
      expect(eventsOf(out).at(-1)).toMatchObject({ event: "done", targets: [{ verified: true }] });
    }
    const packed = readFileSync(path("one.img.gz"));
    expect(Buffer.compare(packed, readFileSync(path("two")))).toBe(0);
    expect(runProgram(["write", "win7.iso", "plain.img", "beside.img.gz"], folder).exitCode).toBe(0);
    expect(Buffer.compare(gunzipSync(packed), readFileSync(path("plain.img")))).toBe(0);
    expect(Buffer.compare(readFileSync(path("beside.img.gz")), packed)).toBe(0);
  });

  it("is nothing to be checked in place, with the next step", () => {
    const { exitCode, out } = runProgram(["check", "one.img.gz", "--json"], folder);
    const { error } = parseOutput<{ error: { code: string; hint: string } }>("error", out);
    expect([exitCode, error.code]).toEqual([5, "target-unsupported"]);
    expect(error.hint).toContain("gunzip -k one.img.gz");
  });

  it("is not there where the image was found damaged", () => {
    expect(runProgram(["write", "damaged.iso", "never.img.gz"], folder).exitCode).toBe(3);
    expect(readdirSync(folder).filter((name) => name.includes("never"))).toEqual([]);
  });
});
