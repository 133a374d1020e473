/** A hostile image as a file, through the steps of `verify --deep`, and of `write` up to its plan, threads included. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openImage } from "../../../src/steps/open-image.js";
import { prepareWrite } from "../../../src/steps/prepare-write.js";
import { verify } from "../../../src/steps/verify-image.js";
import type { Steps } from "./targets.js";
import { checkText } from "./targets.js";

const allow = ["x64", "rtm", "not-windows-7", "no-boot-files", "altered"];

export async function tryWholeImage(steps: Steps, data: Uint8Array, folder: string): Promise<void> {
  const path = join(folder, `whole-${process.pid}.iso`);
  writeFileSync(path, data);
  const verification = await steps.try("verify", () => verify(path, { deep: true, allow }));
  for (const { message } of [...(verification?.checks ?? []), ...(verification?.failures ?? [])]) {
    checkText("verify", message);
  }
  const opened = await steps.try("openImage", () => openImage(path));
  if (opened !== undefined) {
    const targets = [join(folder, `whole-${process.pid}.img`)];
    for (const fileSystem of ["auto", "ntfs"] as const) {
      const choices = { targets, fileSystem, allow, force: false };
      await steps.try(`prepareWrite ${fileSystem}`, () => prepareWrite(opened, choices));
    }
    await opened.close();
  }
  rmSync(path);
}
