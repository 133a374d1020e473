import { describe, expect, it } from "vitest";
import { encodeUtf16 } from "../../fixtures/wim/xml.js";
import type { WimImage } from "../../src/wim/index.js";
import { Win7UsbError } from "../../src/errors.js";
import { parseImages, xmlDataLimit } from "../../src/wim/xml.js";

const at = { name: "a.wim" };

function parse(text: string, imageCount: number): WimImage[] {
  return parseImages(encodeUtf16(`\uFEFF${text}`), imageCount, at);
}

function image(content: string): WimImage {
  return parse(`<WIM><IMAGE INDEX="1">${content}</IMAGE></WIM>`, 1)[0]!;
}

function failureOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}

describe("XML data", () => {
  it("gives every field of an image", () => {
    const content =
      "<DIRCOUNT>9014</DIRCOUNT><FILECOUNT>45722</FILECOUNT><TOTALBYTES>7428395024</TOTALBYTES>" +
      "<HARDLINKBYTES>2860003786</HARDLINKBYTES>" +
      "<CREATIONTIME><HIGHPART>0x01CB88FF</HIGHPART><LOWPART>0x6EFB1600</LOWPART></CREATIONTIME>" +
      "<WINDOWS><ARCH>0</ARCH><PRODUCTNAME>Microsoft® Windows® Operating System</PRODUCTNAME>" +
      "<EDITIONID>StarterN</EDITIONID><INSTALLATIONTYPE>Client</INSTALLATIONTYPE><HAL>acpiapic</HAL>" +
      "<PRODUCTTYPE>WinNT</PRODUCTTYPE><PRODUCTSUITE>Terminal Server</PRODUCTSUITE>" +
      "<LANGUAGES><LANGUAGE>de-DE</LANGUAGE><LANGUAGE>en-US</LANGUAGE><DEFAULT>de-DE</DEFAULT></LANGUAGES>" +
      "<VERSION><MAJOR>6</MAJOR><MINOR>1</MINOR><BUILD>7601</BUILD><SPBUILD>17514</SPBUILD><SPLEVEL>1</SPLEVEL></VERSION>" +
      "<SYSTEMROOT>WINDOWS</SYSTEMROOT></WINDOWS><NAME>Windows 7 STARTERN</NAME><DISPLAYNAME>A &amp; B</DISPLAYNAME>";
    expect(image(content)).toMatchObject({
      directoryCount: 9014,
      fileCount: 45722,
      totalBytes: 7428395024,
      hardLinkBytes: 2860003786,
      // (0x01CB88FF * 2^32 + 0x6EFB1600) / 10^4 - 11644473600000
      creationTime: Math.floor((0x01cb88ff * 2 ** 32 + 0x6efb1600) / 10_000) - 11_644_473_600_000,
      lastModificationTime: null,
      hasWindows: true,
      architecture: "x86",
      editionId: "StarterN",
      languages: ["de-DE", "en-US"],
      defaultLanguage: "de-DE",
      major: 6,
      minor: 1,
      build: 7601,
      spBuild: 17514,
      spLevel: 1,
      name: "Windows 7 STARTERN",
      displayName: "A & B",
      description: null,
    });
  });

  it.each([
    ["0", "x86"],
    ["5", "arm"],
    ["6", "ia64"],
    ["9", "x64"],
    ["12", "arm64"],
    ["77", "unknown"],
    ["__proto__", "unknown"],
    ["", null],
  ])("calls architecture %s %s", (value, architecture) => {
    expect(image(`<WINDOWS><ARCH>${value}</ARCH></WINDOWS>`).architecture).toBe(architecture);
  });

  it.each(["-1", "1e3", "0x10", "12345678901234567890", "7601.1", " "])("takes %j for no number", (text) => {
    expect(image(`<WINDOWS><VERSION><BUILD>${text}</BUILD></VERSION></WINDOWS>`).build).toBeNull();
  });

  it.each(["01CB", "0xGG", "0x123456789"])("takes %j for no half of a time", (text) => {
    expect(
      image(`<CREATIONTIME><HIGHPART>${text}</HIGHPART><LOWPART>0x0</LOWPART></CREATIONTIME>`).creationTime,
    ).toBeNull();
  });

  it("sorts images by their index and keeps their differences apart", () => {
    const images = parse(
      '<WIM><IMAGE INDEX="2"><WINDOWS><ARCH>9</ARCH></WINDOWS></IMAGE><IMAGE INDEX="1"><NAME>one</NAME></IMAGE></WIM>',
      2,
    );
    expect(images.map(({ index, architecture, hasWindows }) => [index, architecture, hasWindows])).toEqual([
      [1, null, false],
      [2, "x64", true],
    ]);
  });

  it("does without a byte order mark", () => {
    expect(parseImages(encodeUtf16("<WIM></WIM>"), 0, at)).toEqual([]);
  });

  it.each<[string, string, number, RegExp]>([
    ["text that is no XML", "MSWIM", 0, /cannot be parsed/],
    ["nothing", "", 0, /cannot be parsed/],
    ["an element that is not closed", "<WIM><IMAGE>", 0, /cannot be parsed/],
    ["another root", "<ESD/>", 0, /root is <ESD>/],
    ["an image without an index", "<WIM><IMAGE/></WIM>", 1, /index "", expected a number/],
    ["an index that is no number", '<WIM><IMAGE INDEX="x"/></WIM>', 1, /index "x"/],
    ["an index twice", '<WIM><IMAGE INDEX="1"/><IMAGE INDEX="1"/></WIM>', 2, /images 1, 1, expected 1 to 2/],
    ["an index 0", '<WIM><IMAGE INDEX="0"/></WIM>', 1, /images 0, expected 1 to 1/],
    ["no image", "<WIM></WIM>", 1, /images \(none\), expected 1 to 1/],
    ["an entity that is not declared", "<WIM>&bomb;</WIM>", 0, /cannot be parsed/],
  ])("with %s is damage", (_name, text, imageCount, message) => {
    expect(() => parse(text, imageCount)).toThrow(Win7UsbError);
    expect(() => parse(text, imageCount)).toThrow(message);
  });

  it("nested deeper than the parser goes is a limit, not damage", () => {
    const nested = `<WIM>${"<a>".repeat(100_000)}${"</a>".repeat(100_000)}</WIM>`;
    expect(failureOf(() => parse(nested, 0))).toMatchObject({
      code: "wim-unsupported",
      message: expect.stringContaining("a limit of win7usb, not damage") as string,
    });
  });

  const long = "W".repeat(100_000);
  const manyImages = Array.from({ length: 5000 }, () => '<IMAGE INDEX="1"/>').join("");
  it.each<[string, string]>([
    ["a root of a long name", `<${long}/>`],
    ["a long index", `<WIM><IMAGE INDEX="${long}"/></WIM>`],
    ["many images", `<WIM>${manyImages}</WIM>`],
    ["an entity of a long name", `<WIM>&${long};</WIM>`],
    ["a long name that is not closed", `<${long}`],
    ["an end of a long name", `<WIM></${long}>`],
    ["an attribute of a long name", `<WIM ${long}/>`],
  ])("with %s is told in few words", (_name, text) => {
    const error = failureOf(() => parse(text, 1));
    expect(error).toBeInstanceOf(Win7UsbError);
    expect(error.message.length).toBeLessThan(400);
  });

  it("expands no entities of its own", () => {
    const bomb = '<!DOCTYPE WIM [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><WIM>&b;</WIM>';
    expect(() => parse(bomb, 0)).toThrow(/cannot be parsed/);
  });

  it("with half a character is damage", () => {
    expect(() => parseImages(Uint8Array.of(0xff, 0xfe, 0x3c), 0, at)).toThrow(/not UTF-16LE/);
    expect(() => parseImages(Uint8Array.of(0x00, 0xd8, 0x3c, 0x00), 0, at)).toThrow(/not UTF-16LE/);
  });

  it("as large as is allowed is parsed, even where it is nested deeply", () => {
    const depth = 2000;
    const padding = "<x/>".repeat(xmlDataLimit / 2 / 4 - depth * 8);
    const xml = `<WIM>${"<x>".repeat(depth)}${padding}${"</x>".repeat(depth)}</WIM>`;
    expect(parse(xml, 0)).toEqual([]);
  });
});
