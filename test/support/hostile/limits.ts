/**
 * One worst case in a process of its own: `limits.js make <kind> <name> <file>` writes it, `limits.js run <kind> <name>
 * <file>` does with it what win7usb does and tells how it ended, how long it took and how much memory that needed.
 */
import { writeSync } from "node:fs";
import { openFileSource } from "../../../src/source/file-source.js";
import type { LimitResult } from "./child.js";
import { limitImages } from "./limit-images.js";
import { limitHives } from "./limit-hives.js";
import { limitWims } from "./limit-wims.js";
import { Steps, tryHive, tryImage, tryWim } from "./targets.js";

const makers = { wim: limitWims, iso: limitImages, hive: limitHives };

async function run(kind: keyof typeof makers, path: string): Promise<LimitResult> {
  const steps = new Steps();
  const source = await openFileSource(path);
  const begun = process.cpuUsage();
  if (kind === "wim") await tryWim(steps, [{ name: "the WIM", source }]);
  else if (kind === "iso") await tryImage(steps, source);
  else await tryHive(steps, source);
  // Of the processor, because the machine may be busy with others' work.
  const { user, system } = process.cpuUsage(begun);
  const milliseconds = Math.round((user + system) / 1000);
  await source.close();
  return { outcomes: steps.outcomes, milliseconds, peakKiB: process.resourceUsage().maxRSS };
}

const [action, kind, name = "", path = ""] = process.argv.slice(2);
const known = kind as keyof typeof makers;
if (action === "make") makers[known][name]!(path);
const result = action === "make" ? "made" : await run(known, path);
writeSync(1, `result ${JSON.stringify(result)}\n`);
