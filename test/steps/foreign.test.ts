/** What is no ISO image is called by its name, with the next step. */
import { expect, it } from "vitest";
import { writeWim } from "../../fixtures/wim/writer.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import type { Win7UsbError } from "../../src/errors.js";
import { memorySource } from "../../src/source/byte-source.js";
import { openImage } from "../../src/steps/open-image.js";
import { esdVersion, wimHeaderRecord } from "../../src/wim/header.js";
import { imageOf } from "../support/windows-images.js";

async function failureOf(content: Uint8Array | string): Promise<Win7UsbError> {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return openImage(memorySource(bytes)).then(
    () => Promise.reject(new Error("it is taken for an ISO image")),
    (error: Win7UsbError) => error,
  );
}

const patternless = Uint8Array.from({ length: 100_000 }, (_, index) => ((index * 2_654_435_761) >>> 24) | 1);

/** `size` bytes that no format begins or ends with, but for `bytes` at `at`; before the end where that is negative. */
function containing(bytes: readonly number[] | string, at = 0, size = 100_000): Uint8Array {
  const content = new Uint8Array(size);
  Buffer.from(content.buffer).fill(patternless);
  content.set(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes, at < 0 ? size + at : at);
  return content;
}

function mbrWith(entry: readonly number[]): Uint8Array {
  const disk = new Uint8Array(MiB);
  disk.set([0xfa, 0x33, 0xc0]);
  disk.set(entry, 446);
  disk.set([0x55, 0xaa], 510);
  return disk;
}

const fat32Entry = [0x80, 0, 1, 1, 0x0c, 0, 1, 1, 0, 8, 0, 0, 0, 0, 16, 0];
const sync = [0, ...Array.from({ length: 10 }, () => 0xff), 0, 0, 2, 0, 1];
const sha1 = "0".repeat(40);

const files: readonly (readonly [string, string, () => Uint8Array | string, RegExp])[] = [
  ["zip", "win7.zip", () => containing("PK\x03\x04"), /ZIP archive.*Unpack it/],
  ["rar", "win7.rar", () => containing("Rar!\x1a\x07\x01\x00"), /RAR archive.*Unpack it/],
  ["gzip", "win7.gz", () => containing([0x1f, 0x8b, 8]), /gzip.*Unpack it/],
  ["7z", "win7.7z", () => containing("7z\xbc\xaf\x27\x1c"), /7z archive.*Unpack it/],
  ["tar", "win7.tar", () => containing("ustar", 257), /tar archive/],
  ["cab", "win7.cab", () => containing("MSCF"), /cabinet/],
  ["exe", "win7.exe", () => containing("MZ"), /program.*7-Zip/],
  [
    "html",
    "page.iso",
    () => `\ufeff<!-- saved from url=(0001) -->\r\n<!DOCTYPE html>\n<html>${" ".repeat(50_000)}`,
    /web page/,
  ],
  ["html", "xhtml.iso", () => '<?xml version="1.0"?>\n<html xmlns="x">', /web page.*Download the file itself/],
  ["raw", "cd.bin", () => containing(sync), /2352 bytes.*Convert it/],
  ["dmg", "win7.dmg", () => containing("koly", -512), /DMG/],
  ["vhd", "fixed.vhd", () => containing("conectix", -512), /VHD/],
  ["vhdx", "win7.vhdx", () => containing("vhdxfile"), /VHDX/],
  ["qcow2", "win7.qcow2", () => containing("QFI\xfb"), /qcow2/],
  ["vmdk", "win7.vmdk", () => containing("KDMV"), /VMDK/],
  ["vmdk", "flat.vmdk", () => "# Disk DescriptorFile\nversion=1\n", /VMDK/],
  ["vdi", "win7.vdi", () => containing([0x7f, 0x10, 0xda, 0xbe], 64), /VDI/],
  ["nrg", "win7.nrg", () => containing("NER5", -12), /Nero/],
  ["mds", "win7.mds", () => containing("MEDIA DESCRIPTOR"), /MDS/],
  ["mbr", "stick.img", () => mbrWith(fat32Entry), /partitions \(MBR\)/],
  ["gpt", "gpt.img", () => containing("EFI PART", 512), /partitions \(GPT\)/],
  [
    "ntfs",
    "ntfs.img",
    () => Buffer.concat([Buffer.from("\xebR\x90NTFS    ", "latin1"), mbrWith([]).subarray(11)]),
    /NTFS/,
  ],
  ["empty", "empty.iso", () => "", /empty.*download or copy it again/],
  ["zeros", "zeros.iso", () => new Uint8Array(MiB), /all of its 1048576 bytes are zeros/],
  [
    "zeros",
    "begun.iso",
    () => containing("x", -1, 20 * MiB).fill(0, 0, 17 * MiB),
    /its first 16777216 bytes are zeros/,
  ],
  ["cue", "cd.cue", () => 'REM x\r\nFILE "cd.bin" BINARY\r\n  TRACK 01 MODE1/2352\r\n', /CUE sheet.*\.bin/],
  ["ccd", "cd.ccd", () => "[CloneCD]\r\nVersion=3\r\n", /CloneCD/],
  [
    "torrent",
    "win7.torrent",
    () => Buffer.from("d8:announce9:udp://x.y4:infod6:lengthi1ee\xff\x00", "latin1"),
    /torrent/,
  ],
  ["checksum", "win7.sha1", () => `${sha1} *win7.iso\n`, /checksums/],
  ["checksum", "win7.sfv", () => `; made by x\nSHA1 (win7.iso) = ${sha1}\n`, /checksums/],
  ["link", "win7.url", () => "[InternetShortcut]\r\nURL=http://x\r\n", /link to a download/],
  ["inf", "made.inf", () => '; made\r\n[Version]\r\nSignature = "$WINDOWS NT$"\r\n', /it is an INF file/],
  ["text", "x.iso", () => "x", /it is a text of 1 byte that begins/],
  ["text", "denied.iso", () => "Access denied\n", /begins with "Access denied"/],
];

it.each(files)("%s, as %s", async (format, _, content, words) => {
  const { code, message, hint, data } = await failureOf(content());
  expect([code, data["format"]]).toEqual(["image-not-iso", format]);
  expect(`${message} ${hint}`).toMatch(words);
});

it("a WIM and an ESD by themselves", async () => {
  const wim = await writeWim([imageOf({})]);
  const { data, hint } = await failureOf(wim);
  expect([data["format"], hint]).toEqual(["wim", expect.stringContaining("whole disc")]);
  wimHeaderRecord.patch(wim, 0, { version: esdVersion });
  expect((await failureOf(wim)).data["format"]).toBe("esd");
});

it("what is none of them is told as before", async () => {
  const { message, data } = await failureOf(containing([]));
  expect(message).toContain("neither an ISO 9660 volume descriptor");
  expect(data).not.toHaveProperty("format");
});

it.each(["<!--", "-->", "# ; ", "REM ", " \t", "\n", "<?xml ", "d1:a", "TRACK "])(
  "a text of %j that is made to be hard to look through ends",
  async (piece) => expect((await failureOf(piece.repeat(2000))).code).toBe("image-not-iso"),
);

it("a disk as short as a disc's system area", async () => {
  expect((await failureOf(mbrWith(fat32Entry).subarray(0, 32 * KiB))).data["format"]).toBe("mbr");
});
