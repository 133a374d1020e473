/** What a reader of a drive leaves open where it cannot be made. */
import { constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type * as FsPromises from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openDriveReader } from "../../src/drive/drive-reader.js";

type Handle = { readonly fd: number };
const { handles, faults } = vi.hoisted(() => ({
  handles: [] as Handle[],
  faults: { open: null as string | null, stat: null as string | null },
}));

vi.mock("node:fs/promises", async (importActual) => {
  const actual = await importActual<typeof FsPromises>();
  const fault = (code: string): Error => Object.assign(new Error(`${code}: a fault of the test`), { code });
  return {
    ...actual,
    async open(...[path, flags]: Parameters<typeof actual.open>) {
      if (handles.length > 0 && faults.open !== null) throw fault(faults.open);
      // O_DIRECT is left out: the file system of the test need not have it.
      const handle = await actual.open(path, Number(flags) & ~(constants.O_DIRECT ?? 0));
      const { stat } = faults;
      if (stat !== null) vi.spyOn(handle, "stat").mockRejectedValue(fault(stat));
      handles.push(handle);
      return handle;
    },
  };
});

const folder = mkdtempSync(join(tmpdir(), "win7usb-reader-"));
const path = join(folder, "stick.img");
writeFileSync(path, new Uint8Array(8192));
afterAll(() => rmSync(folder, { recursive: true }));

const target = { kind: "image-file", path, exists: true } as Parameters<typeof openDriveReader>[0];
/** Node's handles have no descriptor once they are closed. */
const stillOpen = () => handles.filter(({ fd }) => fd !== -1);

beforeEach(() => {
  handles.length = 0;
  faults.open = null;
  faults.stat = null;
});

describe("opening a drive for reading", () => {
  it("closes what it opened with the reader", async () => {
    const reader = await openDriveReader(target);
    expect(reader.size).toBe(8192);
    expect(stillOpen().length).toBe(handles.length);
    await reader.close();
    expect(stillOpen()).toEqual([]);
  });

  it("leaves nothing open where the size cannot be told", async () => {
    faults.stat = "EIO";
    await expect(openDriveReader(target)).rejects.toThrow("EIO");
    expect(handles.length).toBeGreaterThan(0);
    expect(stillOpen()).toEqual([]);
  });

  it.runIf(constants.O_DIRECT !== undefined)(
    "leaves nothing open where it may not be read past the cache",
    async () => {
      faults.open = "EACCES";
      await expect(openDriveReader(target)).rejects.toMatchObject({ code: "no-permission" });
      expect(handles.length).toBe(1);
      expect(stillOpen()).toEqual([]);
    },
  );
});
