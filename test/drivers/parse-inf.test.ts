/** How INF text is read: its encodings, and "General Syntax Rules for INF Files" line by line. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeInf } from "../../src/drivers/inf/decode-inf.js";
import { InfFault } from "../../src/drivers/inf/inf-fault.js";
import { Inf, infNumber } from "../../src/drivers/inf/inf.js";
import { parseInf } from "../../src/drivers/inf/parse-inf.js";
import { infFieldLimit, infLineFieldLimit, infLineLimit, infSizeLimit } from "../../src/drivers/limits.js";

const head = '[Version]\r\nSignature="$Windows NT$"\r\n';
const bytesOf = (text: string, encoding: BufferEncoding = "latin1"): Uint8Array => Buffer.from(text, encoding);

/** `key=a|b` of a section's lines, `-` for no key. */
function linesOf(text: string, section = "s"): string[] {
  const lines = parseInf(text).get(section)?.lines ?? [];
  return lines.map(({ key, values }) => `${key ?? "-"}=${values.join("|")}`);
}

function reasonOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof InfFault) return error.message;
    throw error;
  }
  return "none";
}

describe("INF text", () => {
  it.each([
    ["a key and values", "a=b,c", ["a=b|c"]],
    ["a line without a key", "x.sys,,,2", ["-=x.sys|||2"]],
    ["blanks around everything", "  a \t=  b  ,\tc  ", ["a=b|c"]],
    ["blanks within", "a b = c d , e", ["a b=c d|e"]],
    ["empty values", "a=,,b", ["a=||b"]],
    ["no value", "a=", ["a="]],
    ["a comment", "a=b ; c=d", ["a=b"]],
    ["a line of a comment", "; a=b\n a=c", ["a=c"]],
    ["a comment sign in quotes", 'a="b;c"', ["a=b;c"]],
    ["separators and blanks in quotes", 'a=" b,c=d ",e', ["a= b,c=d |e"]],
    ["a quote in quotes", 'a="say ""no"""', ['a=say "no"']],
    ["a quoted key", '"a=b"=c', ["a=b=c"]],
    ["a second equals sign", "a=b=c", ["a=b=c"]],
    ["quotes within a value", 'a=b"c;d"e', ["a=bc;de"]],
    ["quotes that are not closed", 'a="b\nc=d', ["a=b", "c=d"]],
    ["a continued line", "a=b,\\\n  c", ["a=b|c"]],
    ["a continued line with blanks and a comment", "a=b, \\ ; more\r\n\tc", ["a=b|c"]],
    ["a line continued twice", "a=b,\\\n\\\nc", ["a=b|c"]],
    ["a backslash within", String.raw`a=%12%\x.sys`, [String.raw`a=%12%\x.sys`]],
    ["a backslash at the end of a quoted value", 'a="b\\",c', [String.raw`a=b\|c`]],
    ["line ends of every kind", "a=b\r\nc=d\ne=f\r\n", ["a=b", "c=d", "e=f"]],
    ["Ctrl-Z as the end", "a=b\n\u001ac=d", ["a=b"]],
  ])("reads %s", (_name, text, lines) => {
    expect(linesOf(`[s]\n${text}`)).toEqual(lines);
  });

  it("joins sections of the same name, whatever their case", () => {
    expect(linesOf("[S]\na=1\n[t]\nb=2\n[s]\nc=3")).toEqual(["a=1", "c=3"]);
  });

  it("skips what stands behind a section's name", () => {
    expect(linesOf("[s] a=1\nb=2")).toEqual(["b=2"]);
  });

  it("keeps a key with its section's first spelling, and the line of the file", () => {
    const sections = parseInf("; one\n[Made.NTx86]\n\na=b,\\\nc\nd=e");
    expect([...sections.values()].map(({ name }) => name)).toEqual(["Made.NTx86"]);
    expect(sections.get("made.ntx86")!.lines.map(({ line }) => line)).toEqual([4, 6]);
  });

  it.each([
    ["text in front of the first section", "a=b\n[s]", "no-section in line 1"],
    ["a section's name without its bracket", "[s]\n\n[t\na=b", "section-name in line 3"],
    ["a field above the limit", `[s]\na=${"x".repeat(infFieldLimit + 2)}`, "field-too-long in line 2"],
    ["a quoted field above the limit", `[s]\na="${"x".repeat(infFieldLimit + 2)}"`, "field-too-long in line 2"],
    ["more fields than the limit", `[s]\na=${",".repeat(infLineFieldLimit)}`, "too-many-fields in line 2"],
    [
      "more lines than the limit",
      `[s]\n${"a\n".repeat(infLineLimit + 1)}`,
      `too-many-lines in line ${infLineLimit + 2}`,
    ],
  ])("refuses %s", (_name, text, reason) => {
    expect(reasonOf(() => parseInf(text))).toBe(reason);
  });
});

describe("encodings", () => {
  const text = `${head}[Strings]\r\nName="Caf\u00e9"\r\n`;
  const swapped = (source: string): Uint8Array => Buffer.from(source, "utf16le").swap16();
  it.each([
    ["ansi", bytesOf(text)],
    ["utf-8", bytesOf(text, "utf8")],
    ["utf-8-mark", bytesOf(`\ufeff${text}`, "utf8")],
    ["utf-16le", bytesOf(`\ufeff${text}`, "utf16le")],
    ["utf-16le", bytesOf(text, "utf16le")],
    ["utf-16be", swapped(`\ufeff${text}`)],
    ["utf-16be", swapped(text)],
  ])("reads %s", (encoding, data) => {
    expect(decodeInf(data)).toEqual({ text, encoding });
  });

  it("reads an INF of any bytes as some text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        expect(typeof decodeInf(data).text).toBe("string");
      }),
    );
  });
});

describe("an INF", () => {
  const open = (text: string): Inf => new Inf(bytesOf(head + text));

  it.each([
    ["a token", "%name%", "value"],
    ["a token in another case", "%NAME%", "value"],
    ["a token within a text", "a%name%b", "avalueb"],
    ["two tokens", "%name%%other%", "value3"],
    ["a token in quotes", '"a %name%"', "a value"],
    ["a percent sign", "100%%", "100%"],
    ["a folder's number", String.raw`%12%\x`, String.raw`%12%\x`],
    ["an unknown token", "%nothing%", "%nothing%"],
    ["a token that is not closed", "%name", "%name"],
    ["no token of a token", "%nested%", "%name%"],
    ["a token of a language alone", "%foreign%", "auf deutsch"],
  ])("puts in %s", (_name, written, read) => {
    const strings =
      "\n[Strings]\nname=value\nother=3\nnested=%name%\n[Strings.0407]\nforeign=auf deutsch\nname=anders\n";
    expect(open(`[s]\na=${written}${strings}`).value("S", "A")).toBe(read);
  });

  it("puts tokens into keys", () => {
    expect(open("[s]\n%name%=b\n[Strings]\nname=a").value("s", "a")).toBe("b");
  });

  it("gives numbers as they are written, and through strings", () => {
    const inf = open("[s]\na=0x10\nb=%three%\nc=\nd=three\n[Strings]\nthree=3");
    expect(["a", "b", "c", "d"].map((key) => infNumber(inf.value("s", key)))).toEqual([16, 3, undefined, undefined]);
  });

  it.each([
    ["$CHICAGO$", "none"],
    ["$Windows NT$", "none"],
    ["$Windows 95$", "none"],
    ["$Windows 11$", "signature"],
    ["", "signature"],
  ])("of the signature '%s' is read: %s", (signature, reason) => {
    expect(reasonOf(() => new Inf(bytesOf(`[version]\nsignature="${signature}"`)))).toBe(reason);
  });

  it("has a [Version]", () => {
    expect(reasonOf(() => new Inf(bytesOf("[autorun]\nopen=setup.exe")))).toBe("no-version");
  });

  it("ends at limits, not in memory", () => {
    expect(reasonOf(() => new Inf(new Uint8Array(infSizeLimit + 1)))).toBe("too-large");
    const bomb = `[s]\n${"a=%x%,%x%,%x%,%x%\n".repeat(20_000)}[Strings]\nx=${"y".repeat(4000)}`;
    expect(reasonOf(() => open(bomb).lines("s"))).toMatch(/^expansion in line \d+$/);
    const long = `[s]\na=${"%x%".repeat(3)}\n[Strings]\nx=${"y".repeat(4000)}`;
    expect(reasonOf(() => open(long).lines("s"))).toBe("field-too-long in line 4");
  });

  it("gives back every line that is written with quotes", () => {
    const ends = ["%", "\r", "\n", "\u001a"];
    const field = fc.string({ maxLength: 30 }).filter((text) => !ends.some((end) => text.includes(end)));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(field, fc.array(field, { minLength: 1, maxLength: 5 })), { maxLength: 8 }),
        (lines) => {
          const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
          const text = lines.map(([key, values]) => `${quoted(key)}=${values.map(quoted).join(",")}`).join("\n");
          const read = new Inf(Buffer.from(`\ufeff${head}[s]\n${text}`, "utf16le")).lines("s");
          expect(read.map(({ key, values }) => [key, values])).toEqual(lines);
        },
      ),
    );
  });
});
