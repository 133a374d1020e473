/** The page for people whose stick does not boot has every message that our boot code can show, and no other. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fat32BootCode, mbrBootCode, mbrPromptBootCode, ntfsBootCode } from "../../src/volumes/boot/code.js";

const root = join(import.meta.dirname, "../..");
const textOf = (path: string): string => readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n");

/** What stands around every message, and is none. */
const around = new Set(["text_product", "text_restart", "text_dot", "text_line"]);
const sources = readdirSync(join(root, "src/volumes/boot")).filter((name) => name.endsWith(".s"));
const messages = new Set(
  sources
    .flatMap((name) => [...textOf(`src/volumes/boot/${name}`).matchAll(/^(text_\w+):\n\t\.asciz\t"([^"]*)"/gm)])
    .filter(([, label]) => !around.has(label!))
    .map(([, , message]) => message!),
);

it("has every message of the boot code, and no other", () => {
  const section = /\n## What our boot code says\n([^]*?)\n## /.exec(textOf("docs/when-it-does-not-boot.md"))![1]!;
  const told = [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, message]) => message!);
  expect(told.toSorted()).toEqual([...messages].toSorted());
});

it("is of messages that are in the code", () => {
  const volumes = [fat32BootCode.sector0, fat32BootCode.reserved, ntfsBootCode.sector0, ntfsBootCode.rest];
  const all = [mbrBootCode, mbrPromptBootCode.sector0, mbrPromptBootCode.second, ...volumes];
  const code = all.map((each) => Buffer.from(each).toString("latin1")).join("");
  expect(messages.size).toBeGreaterThan(15);
  for (const message of messages) expect(code).toContain(`${message}\0`);
});
