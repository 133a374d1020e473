/** `--updates`, as the built program takes it: the plan sheet, the stick, and a check of it. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { updateCab, updateMsu } from "../../fixtures/updates/updates.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

let folder: string;
let iso: string;
const path = (name: string): string => join(folder, name);

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), content);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-updates-"));
  iso = await writeDemoImage(folder);
  put("good/windows6.1-kb4474419-v3-x86.msu", updateMsu({ kb: 4_474_419 }));
  put("good/windows6.1-kb4490628-x86.msu", updateMsu({ kb: 4_490_628, compression: "mszip" }));
  put("good/nvme/Windows6.1-KB3087873-v2-x86.cab", updateCab({ kb: 3_087_873 }));
  put("good/readme.txt", "none");
  put("unfit/a-x64.msu", updateMsu({ architecture: "amd64" }));
  put("unfit/b.cab", updateCab({ parents: ["6.3.9600.16384"] }));
  put("unfit/c.msu", "MZ");
  put("unfit/d.cab", updateCab());
  put("none/readme.txt", "none");
});
afterAll(() => rmSync(folder, { recursive: true }));

type Note = { code: string; message: string; files?: string[] };
type Edit = { kind: string; input: string; sha256: string; changes: { path: string; action: string }[]; notes: Note[] };
type Failure = { code: string; message: string; data?: unknown };

function dryRun(name: string) {
  const { exitCode, out } = runProgram(["write", iso, path("never.img"), "-n", "--json", "--updates", path(name)]);
  expect(existsSync(path("never.img"))).toBe(false);
  const told = parseOutput<{ plan?: { edits: Edit[] }; error?: Failure }>("write-plan", out);
  return { exitCode, edits: told.plan?.edits ?? [], error: told.error };
}

describe("a plan with --updates", () => {
  it("says what is installed, in which order, and what is lacking", () => {
    const { exitCode, edits } = dryRun("good");
    expect(exitCode).toBe(0);
    expect(edits).toMatchObject([{ kind: "updates", value: "", input: path("good") }]);
    const [{ notes, changes }] = edits as [Edit];
    expect(notes.map(({ code, files = [] }) => [code, ...files])).toEqual([
      [
        "updates-installed",
        "windows6.1-kb4490628-x86.msu",
        "windows6.1-kb4474419-v3-x86.msu",
        "nvme/Windows6.1-KB3087873-v2-x86.cab",
      ],
      ["update-needs", "nvme/Windows6.1-KB3087873-v2-x86.cab"],
      ["updates-passed-over", "readme.txt"],
      ["oem-folder"],
      ["setup-complete-keys"],
    ]);
    expect(notes[1]!.message).toContain("needs KB2990941, which is not there");
    expect(changes).toHaveLength(5);
    const { out } = runProgram(["write", iso, path("never.img"), "-n", "--updates", path("good")]);
    expect(out.replaceAll(/\s+/g, " ")).toContain(
      "The machine installs windows6.1-kb4490628-x86.msu, windows6.1-kb4474419-v3-x86.msu",
    );
  });

  it("refuses all that is for another Windows, by name and at once", () => {
    const { exitCode, error } = dryRun("unfit");
    expect(exitCode).toBe(4);
    expect(error).toMatchObject({ code: "updates-unfit" });
    expect(error!.message).toBe(
      "3 files of the updates are not for Windows 7 (x86): a-x64.msu (for x64), b.cab (for Windows 8.1), c.msu (it does not begin with MSCF, as a cabinet does)",
    );
  });

  it("refuses a folder without any", () => {
    expect(dryRun("none").error?.code).toBe("no-updates");
  });
});

describe("a stick with updates", () => {
  it("is checked alone, with the same updates, without and with others", () => {
    const stick = path("stick.img");
    expect(runProgram(["write", iso, stick, "--updates", path("good")]).exitCode).toBe(0);
    const check = (...options: string[]) => {
      const { exitCode, out } = runProgram(["check", stick, "--json", ...options]);
      return { exitCode, ...parseOutput<CheckResult>("check", out) };
    };
    expect(check()).toMatchObject({ exitCode: 0, verdict: "match", origin: { edits: [{ kind: "updates" }] } });
    expect(check("--iso", iso, "--updates", path("good"))).toMatchObject({ exitCode: 0, verdict: "match" });
    const without = check("--iso", iso);
    expect(without).toMatchObject({ cause: "other-image" });
    expect(without.warnings.map(({ message }) => message).join()).toContain("made with updates of the SHA-256");
    put("good/nvme/Windows6.1-KB2990941-v3-x86.cab", updateCab({ kb: 2_990_941 }));
    expect(check("--iso", iso, "--updates", path("good"))).toMatchObject({ cause: "other-image" });
  });
});
