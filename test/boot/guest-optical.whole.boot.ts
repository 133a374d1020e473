/**
 * Discs in the optical drives of a Linux of its own, an IDE and a SCSI one: verified and read into ISOs, with unreadable sectors
 * and run-out behind the volume, killed and gone on with, and filled from a second copy. nbdkit has the discs, and counts reads.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { expectOnePass } from "../support/disc-travel.js";
import { guestKernel, ideModel, opticalPath, startGuest, type GuestMachine } from "../support/guest-machine.js";
import { serveDisc, type ServedDisc } from "../support/guest-media.js";
import { judge } from "../support/judges.js";
import { parseOutput, parseReadEvents } from "../support/json-output.js";
import { runOut } from "../support/optical-machine.js";
import { runProgram } from "../support/program.js";
import { randomFrom } from "../support/sample.js";

const sector = 2048;
const work = mkdtempSync(join(tmpdir(), "win7usb-guest-optical-"));
const kernel = ["nbdkit", "ddrescuelog"].map(judge).every(Boolean) ? await guestKernel() : null;
/** Behind the descriptors and directories, without which there is nothing to read. */
const firstScratched = 400;

type Discs = Record<"WHOLE" | "SCRATCHED" | "COPY" | "IDE", ServedDisc>;

let iso: string;
let source: Buffer;
let guest: GuestMachine;
let discs: Discs | undefined;
let scratches: Record<keyof Discs, readonly number[]>;

beforeAll(async () => {
  if (kernel === null) return;
  iso = await writeDemoImage(work, { payloadSize: 1_500_000, editions: ["HomeBasic", "Professional"] });
  source = readFileSync(iso);
  const sectors = source.length / sector;
  const random = randomFrom(23);
  const drawn = new Set<number>();
  while (drawn.size < 60) drawn.add(firstScratched + Math.floor(random() * (sectors - firstScratched)));
  const places = [...drawn];
  const ascending = (from: number, to: number): number[] => places.slice(from, to).toSorted((a, b) => a - b);
  scratches = { WHOLE: [], SCRATCHED: ascending(0, 50), COPY: ascending(50, 60), IDE: ascending(20, 21) };
  const disc = (name: keyof Discs): Promise<ServedDisc> =>
    serveDisc(iso, join(work, name), { sectors: scratches[name], runOut });
  discs = {
    WHOLE: await disc("WHOLE"),
    SCRATCHED: await disc("SCRATCHED"),
    COPY: await disc("COPY"),
    IDE: await disc("IDE"),
  };
  guest = await startGuest(
    kernel,
    [],
    [
      ...(["WHOLE", "SCRATCHED", "COPY"] as const).map(
        (model) => ({ bus: "scsi", model, socket: discs![model].socket }) as const,
      ),
      { bus: "scsi", model: "EMPTY" },
      { bus: "ide", socket: discs.IDE.socket },
    ],
  );
});
afterAll(async () => {
  await guest?.close();
  for (const disc of Object.values(discs ?? {})) await disc.close();
  rmSync(work, { recursive: true });
});

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The image in the guest is the source, save for these sectors, which are zeros; and its map names them to ddrescuelog. */
async function requireCopy(image: string, missing: readonly number[]): Promise<void> {
  const expected = Buffer.from(source);
  for (const each of missing) expected.fill(0, each * sector, (each + 1) * sector);
  expect((await guest.run(`sha256sum ${image}`)).out.split(" ")[0]).toBe(hashOf(expected));
  const map = join(work, "map");
  writeFileSync(map, (await guest.run(`cat ${image}.map`)).out);
  const listed = execFileSync("ddrescuelog", ["-b", String(sector), "-l", "-", map], { encoding: "utf8" });
  expect(listed.split("\n").filter(Boolean).map(Number)).toEqual(missing);
}

describe.skipIf(kernel === null)("a disc in an optical drive", () => {
  it("is verified as its ISO is, and the drive goes from its beginning to its end", async () => {
    const path = await opticalPath(guest, "WHOLE");
    const before = discs!.WHOLE.reads().length;
    const { exitCode, out, err } = await guest.run(`win7usb verify ${path} --json`);
    expect(exitCode, err).toBe(0);
    const { image, ...seen } = parseOutput<{ image: object }>("verify", out);
    const { image: file, ...expected } = parseOutput<{ image: object }>(
      "verify",
      runProgram(["verify", iso, "--json"]).out,
    );
    expect(image).toEqual({ ...file, path, capacity: source.length + runOut });
    // What it says of a person's next steps depends on the date of the machine.
    expect({ ...seen, advice: null }).toEqual({ ...expected, advice: null });
    expectOnePass(discs!.WHOLE.reads().slice(before), source.length, 6);
  });

  it("with 50 unreadable sectors is read, killed and gone on with, and filled from a second copy", async () => {
    const [path, copy] = [await opticalPath(guest, "SCRATCHED"), await opticalPath(guest, "COPY")];
    const random = randomFrom(7);
    for (let kill = 0; kill < 2; kill += 1) {
      const ms = Math.floor(random() * 4000);
      const wait = `while ! [ -s /run/events ]; do sleep 0.1; done; sleep ${ms / 1000}`;
      const run = `: >/run/events; win7usb read ${path} /run/many.iso --json --retries 0 >/run/events &`;
      await guest.run(`${run} ${wait}; kill -9 $!; wait`);
    }
    const run = await guest.run(`win7usb read ${path} /run/many.iso --json --retries 0`);
    expect(run.exitCode, run.err).toBe(3);
    const size = source.length;
    expect(parseReadEvents(run.out).at(-1)).toMatchObject({
      event: "done",
      verdict: "incomplete",
      size,
      unread: { bytes: 50 * sector },
    });
    await requireCopy("/run/many.iso", scratches.SCRATCHED);
    const filled = await guest.run(`win7usb read --fill ${copy} /run/many.iso --json --retries 0`);
    expect(filled.exitCode, filled.err).toBe(0);
    expect(parseReadEvents(filled.out).at(-1)).toMatchObject({ event: "done", verdict: "intact", unread: null });
    await requireCopy("/run/many.iso", []);
  });

  it("on IDE with one unreadable sector is read up to that", async () => {
    const run = await guest.run(`win7usb read ${await opticalPath(guest, ideModel)} /run/one.iso --json --retries 1`);
    expect(run.exitCode, run.err).toBe(3);
    await requireCopy("/run/one.iso", scratches.IDE);
  });

  it.each(["verify", "read"])("that is not there is told so: %s", async (command) => {
    const path = await opticalPath(guest, "EMPTY");
    const { exitCode, out } = await guest.run(
      `win7usb ${command} ${path} ${command === "read" ? "/run/none.iso " : ""}--json`,
    );
    expect(exitCode).toBe(3);
    expect(out).toContain('"code":"no-medium"');
    expect((await guest.run("ls /run/none.iso")).exitCode).not.toBe(0);
  });
});
