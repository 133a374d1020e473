/** Sound drivers' files for a fuzzer to begin with. The keys that sign them are made anew each time. */
import { catalogContent, catalogFile } from "../../fixtures/drivers/catalog.js";
import { changedLines, infText } from "../../fixtures/drivers/inf.js";
import { programFile } from "../../fixtures/drivers/program.js";
import { programDigest, signProgram } from "../../fixtures/drivers/program-signature.js";
import { makeSigner } from "../../fixtures/drivers/signing.js";
import { signedFiles } from "./targets/signatures.js";

export async function infSeeds(): Promise<Uint8Array[]> {
  const texts = [
    infText(),
    infText({ Manufacturer: ["%Vendor%=Made,NTx86.6.1,NTamd64", "Other"], "Made.NTamd64": ["%Device%=I,A\\B ; c"] }),
    infText({
      Version: changedLines("Version", "LayoutFile=layout.inf", "CatalogFile.NTx86=a.cat"),
      Made_Files: ["a.sys,made.sys,,0x10", "b.dll,%Vendor%\\", '"c d.sys"'],
      "Made_Install.NT": ["CopyFiles=Made_Files,@e.sys", "AddReg=R", "Include=x.inf", "Needs=Y", "CopyINF=z.inf"],
      R: ["HKR,,Icons,0x00010000,\\", "  1,2,3", 'HKLM,"A%%B",C,,"""q"""'],
      "Made_Install.NT.Wdf": ["KmdfService=made,Wdf_Section"],
      Wdf_Section: ["KmdfLibraryVersion=1.9"],
    }),
  ];
  const encodings = ["latin1", "utf16le"] as const;
  return texts.flatMap((text) =>
    encodings.map((encoding) => new Uint8Array(Buffer.from(encoding === "latin1" ? text : `\ufeff${text}`, encoding))),
  );
}

export async function signatureSeeds(): Promise<Uint8Array[]> {
  const program = programFile("x86", { mark: 1 });
  const seedOf = (kind: number, data: Uint8Array): Uint8Array =>
    new Uint8Array(Buffer.concat([Uint8Array.of(kind), data]));
  return (["sha1", "sha256"] as const).flatMap((digest) => {
    const signer = makeSigner("A maker", digest);
    const content = catalogContent([{ name: "made.sys", digest: programDigest(program, digest) }], digest);
    return [
      seedOf(signedFiles.catalog, catalogFile(content, digest, signer)),
      seedOf(signedFiles.catalog, catalogFile(content, digest, null)),
      seedOf(signedFiles.program, signProgram(program, digest, signer)),
    ];
  });
}
