/**
 * What runs inside the Windows build of Node, under wine: the Windows writer on `\\.\PhysicalDrive1`. It reads a request
 * (JSON, the path is the first parameter) and writes the answer beside it. PowerShell is not part of wine, so its answers
 * are in the request; opening, writing, reading and flushing are real.
 */
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { listWindowsDrives, openWindowsDrives } from "../../src/drive/win32.js";
import type { RunCommand } from "../../src/drive/command.js";
import { listScript } from "../../src/drive/win32-scripts.js";
import { planDisk } from "../../src/volumes/index.js";
import { openImage } from "../../src/steps/open-image.js";
import type { WriteEvent } from "../../src/progress/events.js";
import { writePlan } from "../../src/write/write-plan.js";
import { contractCases } from "../platform/contract-cases.js";

export type SessionRequest = {
  /** What the list script prints; `swapped` is printed from the moment that a case swaps the medium. */
  readonly report: string;
  readonly swapped: string;
  /** The medium's bytes as another path of the same system. */
  readonly medium: string;
  readonly before: number;
  readonly work:
    | { readonly kind: "case"; readonly name: string }
    | { readonly kind: "plan"; readonly iso: string; readonly fileSystem: "fat32" | "ntfs" };
};

export type SessionAnswer = {
  readonly platform: string;
  readonly version: string;
  readonly error?: string;
  readonly events: readonly WriteEvent[];
  /** Scripts that PowerShell was asked to run. */
  readonly scripts: readonly string[];
};

const scripts: string[] = [];
const events: WriteEvent[] = [];
let report: string;

const run: RunCommand = async (_command, parameters) => {
  const script = parameters.at(-1)!;
  scripts.push(script);
  return { exitCode: 0, stdout: script === listScript ? report : '{"Ok":true}', stderr: "" };
};

/** A device has no size for `stat` on Windows, so that `readFile` fails. */
function readMedium(path: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const handle = openSync(path, "r");
  try {
    if (readSync(handle, bytes, 0, size, 0) !== size) throw new Error(`${path} is shorter than ${size} bytes`);
  } finally {
    closeSync(handle);
  }
  return bytes;
}

async function perform(request: SessionRequest): Promise<void> {
  report = request.report;
  const drive = (await listWindowsDrives(run)).find(({ path }) => path === "\\\\.\\PhysicalDrive1")!;
  if (request.work.kind === "case") {
    const { name } = request.work;
    const found = contractCases.find((each) => each.name === name)!;
    return found.run({
      size: drive.size,
      before: request.before,
      open: async () => (await openWindowsDrives([drive], run))[0]!,
      contents: async () => readMedium(request.medium, drive.size),
      async swap() {
        report = request.swapped;
      },
      dispose: async () => undefined,
    });
  }
  const opened = await openImage(request.work.iso);
  const { fileSystem } = request.work;
  const plan = planDisk(opened.image.tree, { diskSize: drive.size }, { fileSystem, label: "WIN7" });
  await writePlan({
    plan,
    targets: await openWindowsDrives([drive], run),
    verify: true,
    onEvent: (event) => void events.push(event),
    now: () => performance.now(),
  });
  await opened.close();
}

const requestPath = process.argv[2]!;
let error: string | undefined;
try {
  await perform(JSON.parse(readFileSync(requestPath, "utf8")) as SessionRequest);
} catch (thrown) {
  error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
const answer: SessionAnswer = {
  platform: process.platform,
  version: process.version,
  events,
  scripts,
  ...(error === undefined ? {} : { error }),
};
writeFileSync(`${requestPath}.answer`, JSON.stringify(answer));
