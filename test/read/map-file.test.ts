/** ddrescue's map file: what is written is read again, and what is no map is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMap, parseMap, type MapFile } from "../../src/read/map-file.js";
import { blockStatuses, RescueMap } from "../../src/read/rescue-map.js";
import { thrownBy } from "../support/disk-plans.js";

/** The example of ddrescue's manual. */
const manual = `# Mapfile. Created by GNU ddrescue version 1.27
# Command line: ddrescue -d -c18 /dev/fd0 fdimage mapfile
# Start time:   2015-07-21 09:37:44
# Current time: 2015-07-21 09:38:19
# Copying non-tried blocks... Pass 1 (forwards)
# current_pos  current_status  current_pass
0x00120000     ?               1
#      pos        size  status
0x00000000  0x00117000  +
0x00117000  0x00000200  -
0x00117200  0x00001000  /
0x00118200  0x00007E00  *
0x00120000  0x00048000  ?
`;

describe("a map file", () => {
  it("is that of ddrescue's manual", () => {
    const { map, state } = parseMap(manual, "fdimage.map");
    expect(state).toEqual({ status: "copying", pass: 1, position: 0x120000 });
    expect(map.blocks).toEqual([
      { offset: 0, length: 0x117000, status: "finished" },
      { offset: 0x117000, length: 0x200, status: "bad-sector" },
      { offset: 0x117200, length: 0x1000, status: "non-scraped" },
      { offset: 0x118200, length: 0x7e00, status: "non-trimmed" },
      { offset: 0x120000, length: 0x48000, status: "non-tried" },
    ]);
    const comments = manual.split("\n").slice(0, 5);
    expect(
      formatMap(
        { map, state },
        comments.map((line) => line.slice(2)),
      ),
    ).toBe(manual);
  });

  it("is read as it was written", () => {
    const statuses = ["copying", "trimming", "scraping", "retrying", "finished"] as const;
    const blocks = fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 34 }), fc.constantFrom(...blockStatuses)), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(blocks, fc.constantFrom(...statuses), fc.integer({ min: 1, max: 9 }), (lengths, status, pass) => {
        let end = 0;
        const made = lengths.map(([length, of]) => {
          const block = { offset: end, length, status: of };
          end += length;
          return block;
        });
        const file: MapFile = { map: new RescueMap(end, made), state: { status, pass, position: made.at(-1)!.offset } };
        const read = parseMap(formatMap(file, ["heading", ""]), "x.map");
        expect(read.state).toEqual(file.state);
        expect(read.map.blocks).toEqual(file.map.blocks);
      }),
    );
  });

  it.each([
    {
      what: "decimal, octal and hexadecimal numbers, and comments behind them",
      text: "16 + 1 # done\n0 010 + # eight\n0x8 8 -\n",
    },
    { what: "no pass, as before ddrescue 1.20, and lines of Windows", text: "0x10     +\r\n0 8 +\r\n8 8 -\r\n" },
    { what: "tabs and blanks in front", text: "\t0x10  +\t1\n  0 8 +\n\t8 8 -" },
  ])("has $what", ({ text }) => {
    const { map, state } = parseMap(text, "x.map");
    expect(state).toEqual({ status: "finished", pass: 1, position: 16 });
    expect(map.blocks).toEqual([
      { offset: 0, length: 8, status: "finished" },
      { offset: 8, length: 8, status: "bad-sector" },
    ]);
  });

  it("may begin behind the first byte, which was not tried then", () => {
    const { map } = parseMap("0 ? 1\n8 8 +\n", "x.map");
    expect(map.blocks[0]).toEqual({ offset: 0, length: 8, status: "non-tried" });
  });

  it("of a filling goes on where the rescue was", () => {
    expect(parseMap("0 F 1\n0 8 -\n", "x.map").state.status).toBe("finished");
  });

  it.each([
    ["nothing", ""],
    ["comments alone", "# Mapfile\n"],
    ["no blocks", "0 ? 1\n"],
    ["another status", "0 x 1\n0 8 +\n"],
    ["another status of a block", "0 + 1\n0 8 x\n"],
    ["a pass of 0", "0 ? 0\n0 8 +\n"],
    ["a hexadecimal pass", "0 ? 0x1\n0 8 +\n"],
    ["a negative number", "-1 ? 1\n0 8 +\n"],
    ["a number beyond 2^53", "0 ? 1\n0 0xFFFFFFFFFFFFFFFF +\n"],
    ["a sum beyond 2^53", "0 ? 1\n0x1FFFFFFFFFFFFF 8 +\n"],
    ["no octal number", "0 ? 1\n0 09 +\n"],
    ["a gap", "0 ? 1\n0 8 +\n9 8 +\n"],
    ["an overlap", "0 ? 1\n0 8 +\n7 8 +\n"],
    ["an empty block", "0 ? 1\n0 8 +\n8 0 +\n"],
    ["more words", "0 ? 1\n0 8 + 1\n"],
    ["an ISO", "\u0001CD001\u0001\u0000"],
  ])("with %s is refused by name", (_what, text) => {
    const error = thrownBy(() => parseMap(text, "x.map"));
    expect(error.code).toBe("map-unusable");
    expect(error.message).toContain("x.map");
  });

  it("of any bytes is read or refused", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from("0123456789xX?*/-+ #\n\tFa")), maxLength: 60 }),
        (text) => {
          try {
            const { map, state } = parseMap(text, "x.map");
            expect(map.blocks.length).toBeGreaterThan(0);
            expect(state.position).toBeLessThanOrEqual(map.size);
          } catch (error) {
            expect(error).toMatchObject({ code: "map-unusable" });
          }
        },
      ),
    );
  });
});
