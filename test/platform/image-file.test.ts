import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openImageFile } from "../../src/drive/index.js";
import { leastSize, type ContractTarget } from "./contract-cases.js";
import { driveWriterContract } from "./contract.js";

async function makeImageFile(): Promise<ContractTarget> {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-contract-"));
  const path = join(folder, "usb.img");
  return {
    size: leastSize,
    before: 0,
    open: () => openImageFile(path, leastSize, { force: false }),
    contents: async () => (existsSync(path) ? readFileSync(path) : null),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
}

driveWriterContract("an image file", "image-file", makeImageFile);
