/** Folders of drivers in memory. */
import type { FolderFile } from "../../src/drivers/index.js";

/** Contents by path; text as ANSI. */
export type FolderContents = Readonly<Record<string, string | Uint8Array>>;

export function memoryFolder(contents: FolderContents): FolderFile[] {
  return Object.entries(contents).map(([path, content]) => {
    const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
    return { path, size: bytes.length, read: async () => bytes };
  });
}
