/** hivex reads the fixture's boot configuration store, and we read what hivex has written into it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bootConfigurationStore } from "../../fixtures/windows7/boot-files.js";
import { readBootConfiguration } from "../../src/windows/boot-configuration.js";
import { findKey, openHive } from "../../src/registry/hive.js";
import { judge } from "../support/judges.js";

const room = mkdtempSync(join(tmpdir(), "win7usb-bcd-"));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const store = join(room, "bcd");
const setupLoader = "{7619dcc9-fafe-11d9-b411-000476eba25f}";

function hivexsh(...commands: string[]): string {
  return execFileSync("hivexsh", ["-w", store], { input: `${commands.join("\n")}\n`, encoding: "utf8" });
}

describe.skipIf(!judge("hivexsh"))("boot configuration stores", () => {
  it("the fixture's is a registry hive to hivex, with the same objects and values", () => {
    writeFileSync(store, bootConfigurationStore());
    expect(hivexsh("cd \\Objects", "ls").trim().split("\n")).toEqual([
      "{7619dcc8-fafe-11d9-b411-000476eba25f}",
      setupLoader,
      "{9dea862c-5cdd-4e70-acc1-f32b344d4795}",
    ]);
    const loader = hivexsh(`cd \\Objects\\${setupLoader}\\Elements\\12000002`, "lsval").trim();
    expect(loader).toBe(String.raw`"Element"="\\windows\\system32\\boot\\winload.exe"`);
    expect(hivexsh(`cd \\Objects\\${setupLoader}\\Description`, "lsval").trim()).toBe('"Type"=dword:10200003');
  });

  it("keys, lists and values that hivex has written are read", () => {
    writeFileSync(store, bootConfigurationStore());
    const objects = Array.from({ length: 100 }, (_, index) => `{object-${String(index).padStart(3, "0")}}`);
    hivexsh(
      "cd \\Objects",
      ...objects.map((name) => `add ${name}`),
      `cd \\Objects\\${setupLoader}\\Elements\\12000002`,
      "setval 2",
      "Element",
      "string:\\another\\loader.exe",
      "Small",
      "dword:0x01020304",
      "commit",
    );
    const data = readFileSync(store);
    expect(readBootConfiguration(data)).toEqual({
      isPartial: false,
      hasBootManager: true,
      loaderPath: "\\another\\loader.exe",
      ramdiskPath: "\\boot\\boot.sdi",
    });
    const root = openHive(data);
    if (typeof root === "string") throw new Error(root);
    const names = findKey(root, "Objects")
      ?.subkeys()
      .map((key) => key.name);
    expect(names).toHaveLength(103);
    expect(names).toEqual(expect.arrayContaining(objects) as string[]);
    const small = findKey(root, "Objects", setupLoader, "Elements", "12000002")?.value("small");
    expect([...(small ?? [])]).toEqual([4, 3, 2, 1]);
  });
});
