/** Sticks of no machine, and lines of a journal of them. */
import type { Drive } from "../../src/drive/drive.js";
import type { JournalLine } from "../../src/station/journal-line.js";

export function stickDrive(facts: { port: string; sequence: number; size: number } & Partial<Drive>): Drive {
  return {
    path: `/dev/sd${String.fromCharCode(97 + (facts.sequence % 26))}`,
    logicalBlockSize: 512,
    model: "SanDisk Ultra",
    serial: `S${facts.sequence}`,
    bus: "usb",
    removable: true,
    readOnly: false,
    system: false,
    mountpoints: [],
    partitions: [],
    holders: [],
    backingFile: null,
    ...facts,
  };
}

export function journalLine(more: Partial<JournalLine> & { readonly drive?: JournalLine["drive"] } = {}): JournalLine {
  return {
    schema: 1,
    stick: "done",
    drive: { path: "/dev/sdb", port: "2-1", model: "SanDisk Ultra", serial: "4C53", bus: "usb", size: 31_914_983_424 },
    image: { path: "win7.iso", size: 2_564_476_928, sha256: "ab".repeat(32) },
    program: "0.1.0",
    appeared: "2026-11-29T08:00:00.000Z",
    began: "2026-11-29T08:00:02.000Z",
    ended: "2026-11-29T08:05:00.000Z",
    verified: { sha256: "cd".repeat(32), sha256Bytes: 2_600_000_000 },
    write: { bytes: 2_600_000_000, elapsedMs: 140_000, bytesPerSecond: 18_571_429, places: [18_000_000, 19_000_000] },
    readBack: { bytes: 2_600_000_000, elapsedMs: 90_000, bytesPerSecond: 28_888_889, places: [28_000_000] },
    retries: 0,
    stalls: 0,
    slow: [],
    error: null,
    ...more,
  };
}
