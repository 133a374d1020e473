/** XML data changed in place: what is named is changed, every other character is as it was. */
import { describe, expect, it } from "vitest";
import { encodeUtf16 } from "../../fixtures/wim/xml.js";
import { changeXml, type ImageXmlChange, type XmlChange } from "../../src/wim/xml-edit.js";

const at = { name: "test.wim" };
/** With what parsers like to lose: white space, comments, CDATA, both quotes, elements that nobody knows, surrogates. */
const document =
  `<?xml version="1.0"?>\r\n<WIM>\r\n  <TOTALBYTES>1000</TOTALBYTES><!-- 𝒜 -->\r\n` +
  `  <IMAGE INDEX="1"><DIRCOUNT>10</DIRCOUNT><NAME>A &amp; <![CDATA[B]]></NAME><MINE x='>'/></IMAGE>\r\n` +
  `  <IMAGE a="b" INDEX = '2' ><DIRCOUNT> 20 </DIRCOUNT><FILECOUNT>many</FILECOUNT><TOTALBYTES/>` +
  `<HARDLINKBYTES>7</HARDLINKBYTES><LASTMODIFICATIONTIME><HIGHPART>0x01CA0431</HIGHPART>` +
  `<LOWPART>0x1D2C1A00</LOWPART></LASTMODIFICATIONTIME><DISPLAYNAME></DISPLAYNAME></IMAGE>\r\n` +
  `  <IMAGE INDEX="3"/>\r\n</WIM>\r\n`;
const data = encodeUtf16(`\uFEFF${document}`);

function changed(change: Partial<XmlChange>, second: ImageXmlChange = {}): string {
  const changes = new Map([[2, second]]);
  const result = changeXml(data, { totalBytes: 0, images: [1, 2, 3], changes, ...change }, at);
  expect([...result.subarray(0, 2)]).toEqual([0xff, 0xfe]);
  return new TextDecoder("utf-16le").decode(result);
}

describe("XML data", () => {
  it("is the same bytes where nothing is changed", () => {
    expect(changeXml(data, { totalBytes: 0, images: [1, 2, 3], changes: new Map() }, at)).toBe(data);
    expect(changed({}, { directoryCount: 0 })).toBe(document);
  });

  it.each<[string, ImageXmlChange, string, string]>([
    ["a count", { directoryCount: 3 }, "> 20 <", ">23<"],
    ["a count below", { hardLinkBytes: -5 }, ">7<", ">2<"],
    ["a count that would be negative", { hardLinkBytes: -50 }, ">7<", ">0<"],
    ["a text that was empty", { texts: { DISPLAYNAME: "a < b & c" } }, "NAME></D", "NAME>a &lt; b &amp; c</D"],
    [
      "a text that is not there",
      { texts: { FLAGS: "Ultimate" } },
      "</DISPLAYNAME>",
      "</DISPLAYNAME><FLAGS>Ultimate</FLAGS>",
    ],
    ["half a time", { lastModificationTime: 0x01ca04311d2c1a0fn }, "0x1D2C1A00", "0x1D2C1A0F"],
    ["the other half", { lastModificationTime: 0x11d2c1a00n }, "0x01CA0431", "0x00000001"],
  ])("has %s changed and nothing else", (_, change, before, after) => {
    expect(document.split(before)).toHaveLength(2);
    expect(changed({}, change)).toBe(document.replace(before, after));
  });

  it.each<[string, ImageXmlChange]>([
    ["no number", { fileCount: 3 }],
    ["empty", { totalBytes: 3 }],
  ])("keeps a count that is %s", (_, change) => {
    expect(changed({}, change)).toBe(document);
  });

  it("tells the bytes of the whole", () => {
    expect(changed({ totalBytes: 234 })).toBe(document.replace(">1000<", ">1234<"));
  });

  it("fills an element that has no end tag", () => {
    const changes = new Map([[3, { texts: { NAME: "new" } }]]);
    expect(changed({ changes })).toBe(document.replace(`INDEX="3"/>`, `INDEX="3"><NAME>new</NAME></IMAGE>`));
  });

  it("loses the images that go, and numbers the others anew", () => {
    const first = /<IMAGE INDEX="1">.*?<\/IMAGE>/s.exec(document)![0];
    const kept = document.replace(first, "").replace("INDEX = '2'", "INDEX = '1'").replace(`INDEX="3"`, `INDEX="2"`);
    expect(changed({ images: [2, 3] })).toBe(kept);
  });

  it("has no mark where it had none", () => {
    const bare = encodeUtf16("<WIM><TOTALBYTES>1</TOTALBYTES></WIM>");
    const result = changeXml(bare, { totalBytes: 1, images: [], changes: new Map() }, at);
    expect(result).toEqual(encodeUtf16("<WIM><TOTALBYTES>2</TOTALBYTES></WIM>"));
  });

  it.each([
    ["<WIN/>", /expected <WIM>/],
    ["<WIM>", /cannot be parsed/],
  ])("is refused where it is none: %s", (text, message) => {
    expect(() => changeXml(encodeUtf16(text), { totalBytes: 1, images: [], changes: new Map() }, at)).toThrow(message);
  });
});
