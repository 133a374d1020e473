/** Answer files: what is checked before one is copied, what needs to be allowed, and what is told of it. */
import { describe, expect, it } from "vitest";
import {
  answerFile,
  component,
  installFrom,
  settings,
  shapedKey,
  unattend,
  userData,
  wipingDisk,
} from "../../../fixtures/windows7/answer-file.js";
import { directory, file } from "../../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../../fixtures/windows7/tree.js";
import { Win7UsbError } from "../../../src/errors.js";
import { contentSource, find } from "../../../src/tree/index.js";
import { customise, type Wish } from "../../../src/windows/customise/index.js";
import { identify } from "../../../src/windows/index.js";

const disc = await windows7Tree();
const x64 = await windows7Tree({ architecture: "x64" });

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

function wish(text: string | Uint8Array): Wish {
  return { kind: "answer-file", bytes: typeof text === "string" ? encoded(text) : text };
}

async function made(wishes: readonly Wish[], allow: readonly string[] = [], tree = disc) {
  return customise({ tree, windows: await identify(tree) }, wishes, { allow });
}

/** Why it is refused, the key in it nowhere. */
async function refusal(text: string | Uint8Array, allow: readonly string[] = [], tree = disc): Promise<Win7UsbError> {
  const error: unknown = await made([wish(text)], allow, tree).catch((thrown: unknown) => thrown);
  if (!(error instanceof Win7UsbError)) throw new Error("it was taken", { cause: error });
  const told = JSON.stringify([error.message, error.hint, error.data]);
  expect(told).not.toMatch(/SECRE|HJKMP/i);
  expect(told.length).toBeLessThan(5000);
  return error;
}

const sound = answerFile(userData(shapedKey) + installFrom("/IMAGE/INDEX", "4"));

function utf16(text: string, mark: boolean, isBigEndian: boolean): Uint8Array {
  const bytes = Buffer.from((mark ? "\ufeff" : "") + text.replace("utf-8", "utf-16"), "utf16le");
  return isBigEndian ? bytes.swap16() : bytes;
}

describe("an answer file", () => {
  it("becomes Autounattend.xml in the root, byte for byte, and says what is in it", async () => {
    const { tree, edits } = await made([wish(sound)]);
    expect(edits).toMatchObject([{ kind: "answer-file", value: "", notes: [{ code: "answer-file-secrets" }] }]);
    expect(edits[0]!.changes).toEqual([{ path: "Autounattend.xml", action: "added", size: sound.length }]);
    const node = find(tree, "Autounattend.xml");
    if (node?.kind !== "file") throw new Error("there is none");
    expect(await contentSource(node).read(0, node.size)).toEqual(encoded(sound));
    expect(JSON.stringify(edits)).not.toContain("HJKMP");
  });

  it.each<[string, string | Uint8Array]>([
    ["with a mark of UTF-8", `\ufeff${sound}`],
    ["in UTF-16", utf16(sound, true, false)],
    ["in UTF-16 of the other order", utf16(sound, true, true)],
    ["without a declaration", sound.replace(/^.*\n/, "")],
    ["with another encoding's name and ASCII alone", sound.replace("utf-8", "us-ascii")],
    ["that names an image", answerFile(installFrom("/image/name", "Windows 7 PROFESSIONAL"))],
    ["that describes an image", answerFile(installFrom("/IMAGE/DESCRIPTION", "windows 7 ultimate"))],
    ["that chooses by something else", answerFile(installFrom("/IMAGE/FLAGS", "whatever"))],
    [
      "with a source of packages and an image of a catalogue",
      unattend(
        "<servicing/>",
        settings("specialize", component({ name: "Microsoft-Windows-Shell-Setup" })),
        '<cpi:offlineImage cpi:source="wim:c:/install.wim#x" xmlns:cpi="urn:schemas-microsoft-com:cpi"/>',
      ),
    ],
    ["for both architectures", unattend(settings("windowsPE", component({}), component({ architecture: "amd64" })))],
    [
      "with the five predefined entities",
      answerFile("<RunSynchronous>&lt;&gt;&amp;&quot;&apos;&#65;</RunSynchronous>"),
    ],
    ["of more elements than a call takes arguments", answerFile("<a/>".repeat(200_000))],
    ["that labels a partition", answerFile("<ModifyPartition><Label>a</Label><Active>true</Active></ModifyPartition>")],
  ])("%s is taken", async (_name, text) => {
    await expect(made([wish(text)])).resolves.toMatchObject({ edits: [{ kind: "answer-file" }] });
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ["nothing", "", /is no well-formed XML: root element is missing/],
    ["no XML", "hello SECRET", /is no well-formed XML: root element is missing/],
    ["unclosed", sound.replace("</unattend>", ""), /is no well-formed XML: missing end tag \(line \d+/],
    ["of crossed elements", answerFile("<a>SECRET<b></a></b>"), /is no well-formed XML: missing end tag/],
    ["of a document type", sound.replace("<unattend", "<!DOCTYPE unattend>\n<unattend"), /has a document type/],
    [
      "of entities of its own",
      sound.replace("<unattend", '<!DOCTYPE unattend [<!ENTITY e "x">]>\n<unattend'),
      /document type/,
    ],
    ["of entities that nobody defined", answerFile("&SECRET;"), /an entity that XML does not define/],
    [
      "of an entity that a file is",
      sound
        .replace("<unattend", '<!DOCTYPE u [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<unattend')
        .replace("x86", "&e;"),
      /entity|document type/,
    ],
    ["in Windows-1252", Buffer.from(answerFile("Büro"), "latin1"), /is neither UTF-8 nor UTF-16/],
    ["in UTF-16 without a mark", utf16(sound, false, false), /is neither|is no well-formed XML/],
    ["of another encoding than it says", sound.replace("utf-8", "utf-16"), /says that it is utf-16, and is utf-8/],
    ["in UTF-16 that says UTF-8", Buffer.from(`\ufeff${sound}`, "utf16le"), /says that it is utf-8, and is utf-16/],
    ["of a code page's name", answerFile("Büro").replace("utf-8", "windows-1252"), /says that it is windows-1252/],
    ["too large", answerFile(`<!--${" ".repeat(2 ** 20)}-->`), /is larger than 1024 KiB, which no answer file needs/],
    ["nested without end", "<a>".repeat(200_000), /is nested too deep|is no well-formed XML/],
    [
      "another root",
      '<settings xmlns="urn:schemas-microsoft-com:unattend"/>',
      /the root is <settings>, expected <unattend>/,
    ],
    [
      "without a namespace",
      sound.replace(/ xmlns="[^"]*"/, ""),
      /is not of xmlns="urn:schemas-microsoft-com:unattend"/,
    ],
    ["of another namespace", sound.replace("com:unattend", "com:cpi"), /is not of xmlns/],
    ["without a component", unattend(), /has no component for x86/],
    [
      "of a pass that does not exist",
      unattend(settings("windowsPe", component({}))),
      /line 3: <settings> has the pass "windowsPe", expected one of windowsPE/,
    ],
    ["without a pass", unattend(`<settings>${component({})}</settings>`), /<settings> has no pass/],
    ["of something else in it", unattend("<setting/>"), /<setting> is not expected in <unattend>/],
    ["of something else in a pass", unattend(settings("windowsPE", "<Disk/>")), /<Disk> is not expected in <settings>/],
    [
      "of a component without attributes",
      unattend(settings("windowsPE", '<component name="a" language=""/>')),
      /has no processorArchitecture, publicKeyToken, language, versionScope/,
    ],
    ["of another public key", sound.replace("31bf3856ad364e35", "31bf3856ad364e36"), /another publicKeyToken/],
    [
      "for x64 alone",
      unattend(settings("windowsPE", component({ architecture: "amd64" }))),
      /Microsoft-Windows-Setup is for amd64 alone, expected x86/,
    ],
    [
      "for x64 in one of two",
      unattend(settings("windowsPE", component({}), component({ name: "b", architecture: "amd64" }))),
      /b is for amd64 alone/,
    ],
    [
      "whose component has a product key as its name",
      unattend(settings("windowsPE", component({ name: shapedKey, architecture: "amd64" }))),
      /\(a product key\) is for amd64 alone/,
    ],
    [
      "whose component has a part of one in its name",
      unattend(settings("windowsPE", component({ name: `x ${shapedKey.slice(6)}`, architecture: "amd64" }))),
      /x \(a product key\) is for amd64 alone/,
    ],
    [
      "a copy of a Setup that was",
      sound.replace('pass="windowsPE"', 'pass="windowsPE" wasPassProcessed="true"'),
      /marked as processed/,
    ],
    [
      "of an image that is not there",
      answerFile(installFrom("/IMAGE/INDEX", "6")),
      /no image with \/IMAGE\/INDEX "6", the ISO has 1 "Windows 7 STARTER"/,
    ],
    [
      "of a name that is not there",
      answerFile(installFrom("/IMAGE/NAME", "Windows 8")),
      /no image with \/IMAGE\/NAME "Windows 8"/,
    ],
    [
      "of a key that is too short",
      answerFile(userData("SECRE-SECRE-SECRE-SECRE")),
      /line 4: the product key has not the form of one/,
    ],
    [
      "of a key with other letters",
      answerFile(userData("SECRE-SECRE-SECRE-SECRE-SECRE")),
      /the product key has not the form/,
    ],
    ["of an empty key", answerFile(userData("")), /the product key has not the form/],
    [
      "of a wrong key of the installed system",
      unattend(settings("specialize", component({ content: "<ProductKey>SECRET</ProductKey>" }))),
      /the product key/,
    ],
  ])("%s is refused", async (_name, text, reason) => {
    const error = await refusal(text);
    expect(error).toMatchObject({ code: "answer-file-invalid", exitCode: 4 });
    expect(error.message).toMatch(reason);
  });

  it("tells all that is wrong with it", async () => {
    const { data, message } = await refusal(unattend(settings("x"), settings("y"), "<z/>"));
    expect(data).toMatchObject({
      count: 3,
      problems: [/./, /./, /./].map((each) => expect.stringMatching(each) as string),
    });
    expect(message).toMatch(/"x".*; .*"y".*; .*<z>/);
  });

  it("is held against an x64 image where that was allowed", async () => {
    expect((await refusal(sound, [], x64)).message).toMatch(/is for x86 alone, expected amd64/);
    const text = sound.replace("x86", "amd64");
    await expect(made([wish(text)], [], x64)).resolves.toMatchObject({ edits: [{}] });
  });
});

describe("an answer file that changes disks", () => {
  const disk = (content: string): string =>
    answerFile(`<DiskConfiguration><Disk><DiskID>1</DiskID>${content}</Disk></DiskConfiguration>`);
  const command = (text: string, pass = "windowsPE"): string => {
    const content = `<RunSynchronous><RunSynchronousCommand><Path>${text}</Path></RunSynchronousCommand></RunSynchronous>`;
    return unattend(settings(pass, component({ content })));
  };

  it.each<[string, string, RegExp]>([
    ["wipes", disk("<WillWipeDisk>true</WillWipeDisk>"), /line 4: disk 1 is wiped/],
    ["wipes, in another word", disk("<WillWipeDisk> 1 </WillWipeDisk>"), /disk 1 is wiped/],
    [
      "wipes by a prefix",
      disk('<u:WillWipeDisk xmlns:u="urn:schemas-microsoft-com:unattend">TRUE</u:WillWipeDisk>'),
      /wiped/,
    ],
    ["wipes in pieces", disk("<WillWipeDisk>tr<![CDATA[ue]]></WillWipeDisk>"), /wiped/],
    ["creates", disk("<CreatePartitions><CreatePartition/></CreatePartitions>"), /a partition is created on disk 1/],
    [
      "formats",
      disk("<ModifyPartitions><ModifyPartition><Format>NTFS</Format></ModifyPartition></ModifyPartitions>"),
      /formatted/,
    ],
    ["extends", disk("<ModifyPartition><Extend>true</Extend></ModifyPartition>"), /a partition of disk 1 is changed/],
    ["sets a type", disk("<ModifyPartition><TypeID>0x27</TypeID></ModifyPartition>"), /is changed/],
    ["runs diskpart", command("cmd /c diskpart.exe /s x:\\wipe.txt"), /Windows PE runs diskpart/],
    ["runs format", command('"X:\\Windows\\System32\\FORMAT.COM" c: /q'), /Windows PE runs format/],
    ["runs it behind carets", command('cmd /c "d^isk^part /s x:\\wipe.txt"'), /Windows PE runs diskpart/],
    ["runs it by a variable's folder", command('"%SystemRoot%\\system32\\diskpart" /s x'), /Windows PE runs diskpart/],
    ["runs it behind quotes", command('cmd /c disk"part" /s x'), /Windows PE runs diskpart/],
    ["runs it without blanks", command("cmd /cdiskpart/s x"), /Windows PE runs diskpart/],
    ["runs it behind other separators", command("cmd /c @diskpart,/s;x"), /Windows PE runs diskpart/],
    ["formats with a quoted path", command('cmd.exe /k ""X:\\f^ormat.com" c:"'), /Windows PE runs format/],
    [
      "makes a script that wipes",
      command("cmd /c (echo select disk 0&amp;echo clean)&gt;x:\\a.txt"),
      /Windows PE runs clean/,
    ],
    ["does all of it", answerFile(wipingDisk), /disk 0 is wiped; .*created on disk 0; .*disk 0 is formatted/],
  ])("(%s) is refused until that is allowed", async (_name, text, reason) => {
    const error = await refusal(text);
    expect(error).toMatchObject({ code: "unattended-wipe", exitCode: 4 });
    expect(error.message).toMatch(reason);
    const { edits } = await made([wish(text)], ["unattended-wipe"]);
    expect(edits[0]!.notes[0]).toMatchObject({ code: "answer-file-wipes" });
  });

  it.each([
    ["does not wipe", disk("<WillWipeDisk>false</WillWipeDisk>")],
    ["runs something else", command("cmd /c echo information formatted")],
    ["names what is no command", command("dism /online /format:table x:\\clean.cmd un-format cleanup format-x")],
    ["runs it when Windows is there", command("diskpart", "specialize")],
  ])("(%s) needs nothing", async (_name, text) => {
    await expect(made([wish(text)])).resolves.toMatchObject({ edits: [{}] });
  });

  it("is found among other files as well", async () => {
    const text = answerFile(wipingDisk);
    for (const [at, name] of [
      ["", "autounattend.xml"],
      ["", "Unattend.xml"],
      ["sources", "unattend.xml"],
    ] as const) {
      const folder: Wish = { kind: "add", at, folder: directory("", [file(name, text)]) };
      await expect(made([folder])).rejects.toMatchObject({ code: "unattended-wipe" });
      expect((await made([folder], ["unattended-wipe"])).edits[0]!.notes).toContainEqual({
        code: "answer-file-no-key",
      });
    }
    const elsewhere: Wish = { kind: "add", at: "more", folder: directory("", [file("unattend.xml", text)]) };
    await expect(made([elsewhere])).resolves.toMatchObject({ edits: [{ notes: [] }] });
  });
});

describe("an answer file beside other wishes", () => {
  it("is told to outrank the edition by its key", async () => {
    const wishes: Wish[] = [{ kind: "edition", name: "ult" }, wish(answerFile(userData(shapedKey)))];
    expect((await made(wishes)).edits[1]!.notes).toContainEqual({ code: "answer-file-outranks" });
  });

  it("may not install another image than the edition's", async () => {
    const text = answerFile(installFrom("/IMAGE/INDEX", "4"));
    const other: Wish[] = [{ kind: "edition", name: "ult" }, wish(text)];
    await expect(made(other)).rejects.toMatchObject({ code: "edit-conflict", data: { chosen: "Professional" } });
    for (const name of ["pro", "menu"]) await made([{ kind: "edition", name }, wish(text)]);
  });

  it("replaces one of the image's where that is allowed, and none that was added", async () => {
    const tree = directory("", [...disc.children, file("AUTOUNATTEND.XML", sound)]);
    await expect(made([wish(sound)], [], tree)).rejects.toMatchObject({ code: "replace" });
    await expect(made([wish(sound)], ["replace"], tree)).resolves.toMatchObject({ edits: [{}] });
    const added: Wish = { kind: "add", at: "", folder: directory("", [file("autounattend.xml", sound)]) };
    await expect(made([added, wish(sound)], ["replace"])).rejects.toMatchObject({ code: "edit-conflict" });
  });
});
