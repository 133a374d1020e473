/** hivex, reglookup and chntpw read what we have edited, and we read and edit what hivex has. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { sample as draw } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildHive, textValue } from "../../fixtures/windows7/hive.js";
import { HiveEditor } from "../../src/registry/hive-editor.js";
import { baseBlockChecksum, baseBlockRecord } from "../../src/registry/hive-records.js";
import type { HiveDump } from "../support/hive-dump.js";
import { dumpHive } from "../support/hive-dump.js";
import { applyEdit, hiveEdit, listed, plainHiveEdit } from "../support/hive-edits.js";
import { judge } from "../support/judges.js";

const room = mkdtempSync(join(tmpdir(), "win7usb-registry-"));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const time = 128_920_032_000_000_000n;
const open = (hive: Uint8Array): HiveEditor => new HiveEditor(hive, { name: "the hive", time });
const path = join(room, "hive");
const options = { encoding: "utf8", maxBuffer: 2 ** 30, stdio: "pipe" } as const;

function emptyHive(minorVersion: number): Uint8Array {
  const hive = buildHive({ name: "ROOT" });
  baseBlockRecord.patch(hive, 0, { minorVersion });
  baseBlockRecord.patch(hive, 0, { checksum: baseBlockChecksum(hive) });
  return hive;
}

/** A thousand edits, a hundred at a time; `look` sees the hive after each hundred. */
function editAThousandTimes(
  version: number,
  edit: typeof hiveEdit,
  look: (hive: Uint8Array, model: HiveDump) => void,
): void {
  let hive = emptyHive(version);
  const model: HiveDump = new Map([["", new Map()]]);
  const edits = draw(edit, { numRuns: 1000, seed: version });
  for (let from = 0; from < edits.length; from += 100) {
    const editor = open(hive);
    // Judges print other types as the text that they should be.
    for (const each of edits.slice(from, from + 100)) applyEdit(editor, model, { ...each, type: 3 } as typeof each);
    hive = editor.finish();
    writeFileSync(path, hive);
    look(hive, model);
  }
}

/** All that hivex finds. */
function hivexDump(): HiveDump {
  // It opens /dev/stdout by name, which a pipe of Node's, a socket, is not for.
  const found = join(room, "hive.xml");
  execFileSync("sh", ["-c", 'hivexml "$1" > "$2"', "sh", path, found], options);
  const { root } = parseXml(readFileSync(found, "utf8"));
  const dump: HiveDump = new Map();
  const visit = (node: XmlElement, key: string): void => {
    const values = new Map<string, { type: number; data: Uint8Array }>();
    dump.set(key, values);
    for (const child of node.children) {
      if (!(child instanceof XmlElement)) continue;
      const { name = "", key: valueName = "", value = "" } = child.attributes;
      if (child.name === "node") visit(child, key === "" ? name : `${key}\\${name}`);
      else if (child.name === "value") values.set(valueName, { type: 3, data: Buffer.from(value, "base64") });
    }
  };
  const top = root?.children.find((child) => child instanceof XmlElement && child.name === "node");
  visit(top as XmlElement, "");
  return dump;
}

const hashed = (text: string): string => `${text.slice(0, 30)} ${createHash("sha1").update(text).digest("hex")}`;

const hivexsh = (...commands: string[]): string =>
  execFileSync("hivexsh", ["-w", path], { ...options, input: `${commands.join("\n")}\n` });

describe.skipIf(!judge("hivexsh"))("hivex", () => {
  it.each([3, 5])("finds all keys and values after each hundred of a thousand edits, in version 1.%i", (version) => {
    editAThousandTimes(version, hiveEdit, (_, model) => expect(listed(hivexDump())).toEqual(listed(model)));
  });

  it("finds each of 3,000 keys in lists of lists", () => {
    const editor = open(emptyHive(5));
    const names = Array.from({ length: 3000 }, (_, index) => `key ${index}`);
    for (const name of names) editor.addKey(["many", name]);
    writeFileSync(path, editor.finish());
    expect(hivexsh("cd many", "ls").trim().split("\n").toSorted()).toEqual(names.toSorted());
  });

  it("edits what is read and edited here", () => {
    const first = open(emptyHive(5));
    first.addKey(["Select"]);
    first.setValue(["Select"], textValue("Name", "as it was"));
    writeFileSync(path, first.finish());
    const names = Array.from({ length: 700 }, (_, index) => `${index % 2 === 0 ? "Key" : "key_"}${index * 7}`);
    hivexsh(
      "cd Select",
      "setval 2",
      "Current",
      "dword:1",
      "Path",
      "expandstring:%SystemRoot%\\x",
      ...names.map((name) => `add ${name}`),
      "commit",
    );
    const editor = open(readFileSync(path));
    expect(editor.subkeys(["select"])?.toSorted()).toEqual(names.toSorted());
    // hivex puts all values in the place of those that there were.
    expect(editor.values(["Select"])).toEqual([
      { name: "Current", type: 4, data: Uint8Array.of(1, 0, 0, 0) },
      { name: "Path", type: 2, data: textValue("", "%SystemRoot%\\x").data },
    ]);
    editor.addKey(["Select", "key_1000", "below"]);
    editor.setValue(["Select", "KEY0"], { name: "new", type: 3, data: new Uint8Array(20_000) });
    writeFileSync(path, editor.finish());
    expect(open(editor.finish()).subkeys(["Select"])).toHaveLength(701);
    const found = hivexDump();
    expect(found.get(String.raw`Select\key_1000\below`)).toEqual(new Map());
    expect(found.get(String.raw`Select\Key0`)?.get("new")?.data).toHaveLength(20_000);
    expect(found.size).toBe(704);
  });
});

describe.skipIf(!judge("reglookup"))("reglookup", () => {
  it.each([3, 5])("finds all keys and values after each hundred of a thousand edits, in version 1.%i", (version) => {
    editAThousandTimes(version, plainHiveEdit, (_, model) => {
      const expected = [...model].flatMap(([key, values]) => {
        const at = key === "" ? "/" : `/${key.replaceAll("\\", "/")}`;
        return [`${at},KEY`, ...[...values.keys()].map((name) => `${at}/${name},BINARY`)];
      });
      const lines = execFileSync("reglookup", ["-H", path], options).trim().split("\n");
      const seen = lines.map((line) => /^(?:[^,]*),[A-Z]+/.exec(line.replaceAll("%09", "\t"))?.[0] ?? line);
      expect(seen.toSorted()).toEqual(expected.toSorted());
    });
  });
});

describe.skipIf(!judge("chntpw"))("chntpw", () => {
  let exported: string;
  beforeAll(() => (exported = join(room, "exported.reg")));

  it.each([3, 5])("exports all keys and values after each hundred of a thousand edits, in version 1.%i", (version) => {
    editAThousandTimes(version, plainHiveEdit, (_, model) => {
      execFileSync("reged", ["-x", path, "HKLM", "\\", exported], options);
      const text = readFileSync(exported, "latin1").replaceAll("\\\r\n  ", "").replaceAll("\\\n  ", "");
      const keys = [...text.matchAll(/^\[HKLM\\?(.*)\]\r?$/gm)].map(([, key]) => key!);
      expect(keys.toSorted()).toEqual([...model.keys()].toSorted());
      const values = [...model.values()]
        .flatMap((each) => [...each])
        .map(([name, { data }]) => {
          const bytes = Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join(",");
          return `${name === "" ? "@" : `"${name}"`}=hex:${bytes}`;
        });
      // What is empty has no end of its line.
      const seen = [...text.matchAll(/(?:"[^"]*"|@)=hex:(?:[\da-f]{2}(?:,[\da-f]{2})*)?/g)].map(([value]) => value);
      expect(seen.toSorted().map(hashed)).toEqual(values.toSorted().map(hashed));
    });
  });
});

it("what is judged here is sound by the format's description", () => {
  editAThousandTimes(5, plainHiveEdit, (hive, model) => expect(listed(dumpHive(hive))).toEqual(listed(model)));
});
