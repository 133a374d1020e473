/**
 * Each length, flag and padding of the metadata files, field by field, against those of a volume of mkntfs; and of files
 * and directories against those of ntfs-3g. What differs is named here with its reason, and nothing else may.
 */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { planNtfs } from "../../src/volumes/ntfs/plan/index.js";
import type { FileTree } from "../../src/tree/index.js";
import { canMountNtfs, mkntfs, mounted } from "../boot/ntfs-volume.js";
import { executePlan } from "../support/execute-plan.js";
import { judge } from "../support/judges.js";
import { directory, file, tree } from "../support/memory-tree.js";
import type { Fields } from "../support/ntfs-fields.js";
import { metadataFields } from "../support/ntfs-fields.js";
import { checkNtfsTools } from "../support/ntfs-judges.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-ntfs-fields-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const times = { created: Date.UTC(2010, 10, 20), modified: Date.UTC(2010, 10, 21), accessed: Date.UTC(2010, 10, 22) };
const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_unused, index) => index % 251);
const content = { small: 600, bootmgr: 383_786, inner: 10 };
const given: FileTree = tree(file("bootmgr", content.bootmgr, times), file("small", content.small, times), {
  ...directory("sub", [file("inner", content.inner, times)]),
  times,
});
const systemRecords = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26];

/** A volume of ours with `root`, and an empty one of mkntfs that is as large. */
async function volumes(name: string, root: FileTree): Promise<{ ours: string; theirs: string }> {
  const [ours, theirs] = ["ours", "theirs"].map((whose) => join(work, `${name}-${whose}`)) as [string, string];
  await executePlan(planNtfs({ ...root, times }, { diskSize: 64 * MiB }, { label: "WIN7" }), ours, MiB);
  const bytes = readFileSync(ours);
  // mkntfs takes the file's last sector for the copy of the boot sector, as it does in a partition.
  const size = (Number(bytes.readBigUInt64LE(0x28)) + 1) * bytes.readUInt16LE(0x0b);
  writeFileSync(ours, bytes.subarray(0, size));
  mkntfs(theirs, size, 4096, "-L", "WIN7");
  checkNtfsTools(ours);
  checkNtfsTools(theirs);
  return { ours, theirs };
}

type Rule = readonly [path: RegExp, why: string];

const time = /\/(created|modified|recordChanged|accessed|changeTime)$/;

/** Fails where a field differs that no rule names, and where a rule names none. */
function compare(ours: Fields, theirs: Fields, rules: readonly Rule[]): void {
  const used = new Set<Rule>();
  const unexplained: string[] = [];
  for (const path of new Set([...ours.keys(), ...theirs.keys()])) {
    const [own, other] = [ours, theirs].map((fields) => {
      const value = fields.get(path) ?? "none";
      return time.test(path) && value !== "0" && value !== "none" ? "a time" : value;
    });
    if (own === other) continue;
    const rule = rules.find(([pattern]) => pattern.test(path));
    if (rule === undefined) unexplained.push(`${path}: ${own}, not ${other}`);
    else used.add(rule);
  }
  expect(unexplained).toEqual([]);
  expect(rules.filter((rule) => !used.has(rule)).map(([pattern]) => pattern.source)).toEqual([]);
}

const metadataRules: readonly Rule[] = [
  [/\/(instance|nextInstance)$/, "mkntfs makes the attributes in another order, and some more"],
  [/^boot\/(mftCluster|mftMirrorCluster|serialNumber)$/, "where things lie, and what is the volume's own"],
  [/^0\/(30|80|b0)\/(highestVcn|allocatedSize|size|initializedSize|clusters)$/, "$MFT is larger here"],
  [/^5\/a0 \$I30\/entry \$MFT\/(allocatedSize|size)$/, "the same, in its name"],
  [
    /^(3|4|5|7|1[2-5])\/(bytesInUse|10\/(length|valueLength|owner|securityId|quotaCharged|usn)|50\/.*)$/,
    "mkntfs gives these a descriptor of their own, as NTFS 1.2 did; Windows has all in $Secure",
  ],
  [/^5\/10\/attributes$/, "mkntfs' root is to be archived"],
  [
    /^(9\/80 \$SDS|9\/90 \$S..)\/(length|valueLength|indexLength|allocatedSize|size|initializedSize)$/,
    "more descriptors",
  ],
  [/^9\/bytesInUse$/, "the same"],
  [/^9\/.*\/(entry|descriptor) (258|259|260)(\/| \()/, "those of the root, of directories and of files"],
  [/^10\/(bytesInUse|80 \$Info\/.*)$/, "the stream of Windows 8 that says by which table names are in order"],
  [/^(16|23)\//, "mkntfs makes these and gives them back: their number and times are left"],
  [/^(5\/a0 \$I30|8\/30)\/.*\(padding\)$/, "what mkntfs' memory held before"],
];

const fileRules: readonly Rule[] = [
  [/^boot\//, "as above"],
  [
    /\/(10\/(length|valueLength|owner|securityId|quotaCharged|usn)|50\/.*)$/,
    "ntfs-3g gives new files a descriptor of their own, as NTFS 1.2 did",
  ],
  [/\/(bytesInUse|instance|nextInstance)$/, "for that, an attribute more"],
  [/\/nameOffset$/, "of an attribute without a name: nothing, or where it would be"],
  [/\/attributes$/, "what ntfs-3g makes is to be archived"],
  [/\/nameSpace$/, "ntfs-3g makes POSIX names"],
  [/\/30\/size$/, "ntfs-3g keeps it in the index alone"],
  [/^64\/behind the end mark/, "ntfs-3g leaves a former end mark"],
];

describe.skipIf(!judge("mkntfs"))("metadata files", () => {
  it("have what mkntfs gives them in every field", async () => {
    const { ours, theirs } = await volumes("metadata", tree());
    const own = metadataFields(readFileSync(ours), systemRecords);
    compare(own, metadataFields(readFileSync(theirs), systemRecords), metadataRules);
    // The descriptors that mkntfs does not have are told of in the same way as those that it has.
    const ofId = (id: number): string[] =>
      [...own]
        .filter(
          ([path]) =>
            path.startsWith("9/") &&
            path.includes(` ${id}`) &&
            !/\/(key|hash|securityId|offset|descriptor|length)$/.test(path),
        )
        .map(([path, value]) => `${path.replace(` ${id}`, "")} = ${value}`)
        .toSorted();
    for (const id of [258, 259, 260]) expect(ofId(id)).toEqual(ofId(256));
    expect(ofId(256)).toContain("9/90 $SDH/entry/dataLength = 20");
  });
});

describe.skipIf(!canMountNtfs())("files and directories", () => {
  it("have what ntfs-3g gives them in every field", async () => {
    const { ours, theirs } = await volumes("files", given);
    const records = [64, 65, 66, 67];
    mounted(theirs, (root) => {
      // In the order of their records on our volume.
      writeFileSync(join(root, "bootmgr"), counting(content.bootmgr));
      writeFileSync(join(root, "small"), counting(content.small));
      mkdirSync(join(root, "sub"));
      writeFileSync(join(root, "sub", "inner"), counting(content.inner));
    });
    const [own, other] = [ours, theirs].map((path) => metadataFields(readFileSync(path), records));
    compare(own!, other!, fileRules);
  });
});
