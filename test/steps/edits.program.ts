/** What is added to an image is watched like the image: a write that sees it change ends, and leaves nothing that boots. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerFile } from "../../fixtures/windows7/answer-file.js";
import { MiB } from "../../src/bytes/units.js";
import { openImage } from "../../src/steps/open-image.js";
import { prepareWrite } from "../../src/steps/prepare-write.js";
import { write, writePrepared } from "../../src/steps/write-image.js";
import { writeDemoImage } from "../support/demo-image.js";
import { memoryDrive } from "../support/memory-drive.js";

let folder: string;
let iso: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-edits-"));
  iso = await writeDemoImage(folder);
  mkdirSync(join(folder, "more"));
  writeFileSync(join(folder, "more/file.txt"), "as it was");
  writeFileSync(join(folder, "answer.xml"), answerFile(""));
});
afterEach(() => rmSync(folder, { recursive: true }));

const changes = () => ({ add: [{ folder: join(folder, "more") }], answerFile: join(folder, "answer.xml") });

describe.each(["more/file.txt", "answer.xml"])("%s, changed", (name) => {
  const change = (): void => appendFileSync(join(folder, name), " ");

  it("between the plan and the write, ends it before the first byte", async () => {
    const target = join(folder, "usb.img");
    const image = await openImage(iso);
    const prepared = await prepareWrite(image, { targets: [target], ...changes() });
    change();
    await expect(writePrepared(prepared)).rejects.toMatchObject({ code: "input-changed", exitCode: 3 });
    await image.close();
    expect(existsSync(target)).toBe(false);
  });

  it("while it is written, leaves a drive that does not boot", async () => {
    const drive = memoryDrive(128 * MiB);
    const onEvent = ({ event, phase }: { event: string; phase?: string }): void => {
      if (event === "phase" && phase === "verify") change();
    };
    await expect(write(iso, { targets: [drive], ...changes(), onEvent })).rejects.toMatchObject({
      code: "input-changed",
    });
    expect(Buffer.from(drive.bytes.subarray(510, 512))).not.toEqual(Buffer.of(0x55, 0xaa));
  });
});
