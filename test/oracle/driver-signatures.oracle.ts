/**
 * Signatures that osslsigncode makes are read as it reads them, and it reads those that the fixtures make: programs and
 * catalogs, SHA-1 and SHA-256, as they were signed and with a byte changed anywhere.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogContent, catalogFile } from "../../fixtures/drivers/catalog.js";
import { programFile } from "../../fixtures/drivers/program.js";
import { programDigest, signProgram } from "../../fixtures/drivers/program-signature.js";
import { makeSigner, type TestDigest } from "../../fixtures/drivers/signing.js";
import { readPortableExecutable } from "../../src/drivers/portable-executable.js";
import { embeddedSignature, programDigests } from "../../src/drivers/signatures/authenticode.js";
import { parseCatalog } from "../../src/drivers/signatures/catalog.js";
import { DerFault } from "../../src/drivers/signatures/der.js";
import { judge } from "../support/judges.js";
import { randomFrom, rounds } from "../support/sample.js";

const canRun = [judge("osslsigncode"), judge("openssl")].every(Boolean);
const digests: readonly TestDigest[] = ["sha1", "sha256"];
const names = { sha1: "SHA-1", sha256: "SHA-256" } as const;

let folder = "";
const path = (name: string): string => join(folder, name);
const run = (...words: readonly string[]): void => {
  execFileSync("osslsigncode", words, { cwd: folder, stdio: "pipe" });
};
/** Whether it finds the signature sound, of this file, and by a certificate that `root` has signed or is. */
const accepts = (root: string, ...words: readonly string[]): boolean =>
  spawnSync("osslsigncode", ["verify", "-CAfile", root, ...words], { cwd: folder, stdio: "pipe" }).status === 0;

const pem = (certificate: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(certificate).toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;

async function holds(bytes: Uint8Array): Promise<boolean> {
  const program = await readPortableExecutable(bytes);
  const signature = program === null ? null : await embeddedSignature(bytes, program);
  return signature !== null && signature.isSound && signature.isOfFile;
}

/** Whether a catalog is sound and holds the program. */
async function catalogHolds(catalog: Uint8Array, bytes: Uint8Array, digest: TestDigest): Promise<boolean> {
  const program = await readPortableExecutable(bytes);
  if (program === null) return false;
  try {
    const parsed = await parseCatalog(catalog);
    const found = await programDigests(bytes, program, names[digest]);
    return parsed.signature?.isSound === true && found.some((each) => parsed.digests.has(each));
  } catch (error) {
    if (error instanceof DerFault) return false;
    throw error;
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-signatures-"));
  if (!canRun) return;
  for (const digest of digests) {
    const files = ["-keyout", `key-${digest}.pem`, "-out", `${digest}.pem`];
    const subject = ["-subj", `/CN=Judge ${digest}`, "-addext", "extendedKeyUsage=codeSigning"];
    const words = [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "3650",
      `-${digest}`,
      ...files,
      ...subject,
    ];
    execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sign = (digest: TestDigest, input: string, output: string, ...more: readonly string[]): void =>
  run(
    "sign",
    "-h",
    digest,
    "-certs",
    `${digest}.pem`,
    "-key",
    `key-${digest}.pem`,
    ...more,
    "-in",
    input,
    "-out",
    output,
  );

describe.skipIf(!canRun).each(digests)("signatures with %s", (digest) => {
  it.each([
    ["x86", 0x400],
    ["x86", 0x1003],
    ["amd64", 0x405],
  ] as const)(
    "of osslsigncode in a program for %s of %i bytes are sound, and of no other program",
    async (machine, size) => {
      writeFileSync(path("plain.sys"), programFile(machine, { mark: 5, size }));
      rmSync(path("signed.sys"), { force: true });
      sign(digest, "plain.sys", "signed.sys");
      const signed = readFileSync(path("signed.sys"));
      const program = await readPortableExecutable(signed);
      expect(await embeddedSignature(signed, program!)).toEqual({
        signer: `Judge ${digest}`,
        digests: [names[digest]],
        isSound: true,
        isOfFile: true,
      });
      const random = randomFrom(size);
      for (let round = 0; round < rounds(120, 12); round += 1) {
        const changed = Buffer.from(signed);
        // Headers decide how the rest is read, each reader in its own way; what is signed begins behind them.
        const at = 0x200 + Math.floor(random() * (size - 0x200));
        changed[at]! ^= 1 << Math.floor(random() * 8);
        writeFileSync(path("changed.sys"), changed);
        expect(await holds(changed), `byte ${at}`).toBe(accepts(`${digest}.pem`, "-in", "changed.sys"));
      }
    },
  );

  it("of osslsigncode around a catalog are sound, and of no other catalog", async () => {
    const program = programFile("x86", { mark: 6, size: 0x803 });
    writeFileSync(path("made.sys"), program);
    writeFileSync(path("changed.sys"), programFile("x86", { mark: 7, size: 0x803 }));
    const content = catalogContent([{ name: "made.sys", digest: programDigest(program, digest) }], digest);
    writeFileSync(path("plain.cat"), catalogFile(content, digest, null));
    rmSync(path("signed.cat"), { force: true });
    sign(digest, "plain.cat", "signed.cat");
    const signed = readFileSync(path("signed.cat"));
    expect((await parseCatalog(signed)).signature).toMatchObject({
      signer: `Judge ${digest}`,
      digests: [names[digest]],
    });
    for (const name of ["made.sys", "changed.sys"]) {
      const held = await catalogHolds(signed, readFileSync(path(name)), digest);
      expect(held, name).toBe(name === "made.sys");
      expect(accepts(`${digest}.pem`, "-catalog", "signed.cat", "-in", name), name).toBe(held);
    }
    const random = randomFrom(9);
    for (let round = 0; round < rounds(120, 12); round += 1) {
      const changed = Buffer.from(signed);
      const at = signed.indexOf(content) + Math.floor(random() * content.length);
      changed[at]! ^= 1 << Math.floor(random() * 8);
      writeFileSync(path("changed.cat"), changed);
      expect(await catalogHolds(changed, program, digest), `byte ${at}`).toBe(false);
      expect(accepts(`${digest}.pem`, "-catalog", "changed.cat", "-in", "made.sys"), `byte ${at}`).toBe(false);
    }
  });

  it("of the fixtures are those that osslsigncode accepts", () => {
    const signer = makeSigner("Maker", digest);
    const program = programFile("x86", { mark: 8, size: 0x805 });
    const content = catalogContent([{ name: "made.sys", digest: programDigest(program, digest) }], digest);
    writeFileSync(path("root.pem"), pem(signer.certificates[1]!));
    writeFileSync(path("made.sys"), program);
    writeFileSync(path("own.cat"), catalogFile(content, digest, signer));
    writeFileSync(path("own.sys"), signProgram(program, digest, signer));
    expect(accepts("root.pem", "-in", "own.sys")).toBe(true);
    expect(accepts("root.pem", "-catalog", "own.cat", "-in", "made.sys")).toBe(true);
  });
});

it.skipIf(!canRun)("of two signatures in a program the first one counts", async () => {
  writeFileSync(path("plain.sys"), programFile("x86", { mark: 9 }));
  for (const name of ["one.sys", "two.sys"]) rmSync(path(name), { force: true });
  sign("sha1", "plain.sys", "one.sys");
  sign("sha256", "one.sys", "two.sys", "-nest");
  const bytes = readFileSync(path("two.sys"));
  expect(await embeddedSignature(bytes, (await readPortableExecutable(bytes))!)).toMatchObject({
    signer: "Judge sha1",
    digests: ["SHA-1"],
    isSound: true,
    isOfFile: true,
  });
});
