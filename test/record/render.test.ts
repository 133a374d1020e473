/** Records as a page, as text and as JSON: what is in them, and what hostile text in them may not do. */
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { recordBeginnings, renderRecord, type RecordFormat } from "../../src/record/index.js";
import { recordStyle, recordStyleHash } from "../../src/record/record-style.js";
import { requireSchema } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { checkRecord, hostileRecord, writeRecord } from "../support/run-records.js";

const formats: readonly RecordFormat[] = ["html", "text", "json"];
const records = { write: writeRecord(), check: checkRecord(), hostile: hostileRecord() };
// oxlint-disable no-control-regex
const steering =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/;

describe.each(Object.entries(records))("a record of a %s", (name, record) => {
  it.each(formats)("as %s begins as no other file does, and steers nothing", (format) => {
    const text = renderRecord(record, format);
    expect(text.startsWith(recordBeginnings[format])).toBe(true);
    expect(text.endsWith("\n")).toBe(true);
    expect(text).not.toMatch(steering);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
    expect(renderRecord(record, format)).toBe(text);
  });

  it.skipIf(!judge("tidy"))("as html is valid", () => {
    const { status, stdout, stderr } = spawnSync("tidy", ["-q", "-e"], {
      input: renderRecord(record, "html"),
      encoding: "utf8",
    });
    expect([status, stdout, stderr], name).toEqual([0, "", ""]);
  });
});

it.each(["write", "check"] as const)("JSON of a %s is what its schema says", (name) => {
  const value = JSON.parse(renderRecord(records[name], "json")) as { record: string };
  requireSchema("record", value);
  expect(value.record).toBe(name);
});

it("JSON has the very strings", () => {
  const { targets } = JSON.parse(renderRecord(records.hostile, "json")) as typeof records.hostile;
  expect(targets[0]!.serial).toBe(records.hostile.targets[0]!.serial);
});

describe("a page", () => {
  it("has the policy of its own style, and no other source", () => {
    expect(recordStyleHash).toBe(`sha256-${createHash("sha256").update(recordStyle).digest("base64")}`);
    const page = renderRecord(records.write, "html");
    expect(page).toContain(
      `content="default-src 'none'; style-src '${recordStyleHash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page).toContain(`<style>${recordStyle}</style>`);
    expect(page).not.toMatch(/\b(?:src|href|style|on\w+)=|url\(|@import|<script|<link|<iframe/);
  });

  it("has foreign text as text alone", () => {
    const page = renderRecord(records.hostile, "html").replace(/<style>[^]*<\/style>/, "");
    const tags = new Set([...page.matchAll(/<\/?([a-z!][\w]*)/gi)].map(([, tag]) => tag!.toLowerCase()));
    expect([...tags].toSorted()).toEqual(
      "!doctype b bdi body dd dl dt figcaption figure footer h1 h2 head html li main meta p path section span svg text title ul div"
        .split(" ")
        .toSorted(),
    );
    // In an attribute, too: the picture in words is one.
    for (const [, value] of page.matchAll(/="([^"]*)"/g)) expect(value).not.toMatch(/[<>]/);
  });

  it("says what a picture shows to who cannot see it, and names its areas", () => {
    const page = renderRecord(records.check, "html");
    expect(page).toMatch(
      /role="img" aria-label="Map of the disk: master boot record[^"]*sources\/install\.wim: 2\.05 GiB[^"]*7 blocks not as written"/,
    );
    expect(page).toContain("<title>sources/boot.wim: 135 MiB from byte");
    expect(page).toContain("<title>not as it was written</title>");
  });
});

it("text is at most 78 columns wide where no word is longer", () => {
  for (const record of [records.write, records.check]) {
    const long = renderRecord(record, "text")
      .split("\n")
      .filter((line) => line.length > 78 && !/\S{50}/.test(line));
    expect(long).toEqual([]);
  }
});

it("several targets of one write share a picture", () => {
  const [target] = records.write.targets;
  const two = { ...records.write, targets: [target!, { ...target!, path: "/dev/sdc" }] };
  expect(renderRecord(two, "html").match(/<figure>/g)).toHaveLength(1);
});
