/** The same command with more rights, as each system has it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { elevationOf } from "../../src/cli/elevation.js";

const words = ["/opt/node", "win7usb.js", "write", "it's.iso", "--label", "A B", "-y"];
const path = process.env["PATH"];
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "win7usb-elevation-")));
  process.env["PATH"] = folder;
});
afterEach(() => {
  process.env["PATH"] = path;
  rmSync(folder, { recursive: true });
});
const install = (name: string, script: string): void => writeFileSync(join(folder, name), script, { mode: 0o755 });

describe("more rights", () => {
  it("are sudo's, and the line is what a shell takes", () => {
    install("sudo", "#!/bin/sh\n");
    install("pkexec", "#!/bin/sh\n");
    expect(elevationOf(words, folder, "linux")).toEqual({
      by: "sudo",
      line: String.raw`sudo /opt/node win7usb.js write 'it'\''s.iso' --label 'A B' -y`,
      words: ["sudo", ...words],
    });
  });

  it.skipIf(process.platform === "win32")("are pkexec's where there is no sudo, in the same folder", () => {
    install("pkexec", '#!/bin/sh\ncd /; exec "$@"\n');
    const elevation = elevationOf(["sh", "-c", 'pwd; echo "$1"', "sh", "it's"], folder, "linux")!;
    expect(elevation.by).toBe("pkexec");
    const environment = { env: { PATH: `${folder}:${path}` }, encoding: "utf8" } as const;
    for (const output of [
      execFileSync(elevation.words[0], elevation.words.slice(1), environment),
      execFileSync("sh", ["-c", elevation.line], environment),
    ]) {
      expect(output).toBe(`${folder}\nit's\n`);
    }
  });

  it("are nobody's where neither is there", () => expect(elevationOf(words, folder, "linux")).toBeNull());

  it("are the Administrator's on Windows, whose script says the folder and quotes what PowerShell would read", () => {
    const elevation = elevationOf(["C:\\Program Files\\win7usb.exe", ...words.slice(2)], "C:\\it’s", "win32")!;
    const line = `& 'C:\\Program Files\\win7usb.exe' write 'it''s.iso' '--label' 'A B' '-y'`;
    expect(elevation).toMatchObject({ by: "Administrator", line });
    const encoded = /-EncodedCommand ([\w+/=]+)'$/.exec(elevation.words.at(-1)!)![1]!;
    expect(Buffer.from(encoded, "base64").toString("utf16le")).toBe(`Set-Location -LiteralPath 'C:\\it’’s'; ${line}`);
  });
});
