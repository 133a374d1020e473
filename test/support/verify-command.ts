/**
 * `win7usb verify` in process, from the command line to the exit code. Threads cannot run TypeScript, so that a test has
 * to let them begin in a build of their own:
 *
 *     vi.mock(import("../../src/threads/index.js"), async (importOriginal) =>
 *       (await import("../support/verify-command.js")).withBuiltThreads(await importOriginal()));
 */
import { main } from "../../src/cli/main.js";
import type { VerificationReport } from "../../src/cli/render/verification.js";
import type { hashFile, verifyWim } from "../../src/threads/index.js";
import { buildThreads } from "./built-threads.js";
import type { FakeTerminal } from "./fake-terminal.js";
import { fakeTerminal } from "./fake-terminal.js";

type Verifiers = { readonly hashFile: typeof hashFile; readonly verifyWim: typeof verifyWim };

const entries: { hash: { threadEntry?: URL }; wim: { threadEntry?: URL } } = { hash: {}, wim: {} };

export function withBuiltThreads<Module extends Verifiers>(actual: Module): Module {
  return {
    ...actual,
    hashFile: (path, algorithms, options) => actual.hashFile(path, algorithms, { ...options, ...entries.hash }),
    verifyWim: (parts, options) => actual.verifyWim(parts, { ...options, ...entries.wim }),
  };
}

/** Builds the threads; the returned function removes them. */
export function startThreads(): () => void {
  const threads = buildThreads();
  entries.hash.threadEntry = threads.entry("threads/hash-thread.js");
  entries.wim.threadEntry = threads.entry("threads/wim-thread.js");
  return () => threads.remove();
}

export type Verified = { readonly exitCode: number; readonly report: VerificationReport };

/** With `--json`. */
export async function verify(path: string, ...argv: string[]): Promise<Verified> {
  const { exitCode, out } = await verifyText(path, "--json", ...argv);
  return { exitCode, report: JSON.parse(out) as VerificationReport };
}

export async function verifyText(...argv: string[]): Promise<{ exitCode: number } & FakeTerminal["shown"]> {
  const terminal = fakeTerminal();
  const exitCode = await main(["verify", ...argv], terminal);
  return { exitCode, ...terminal.shown };
}

/** `id status` of every check that did not pass, of this file where one is given. */
export function openChecks({ checks }: VerificationReport, file?: string): string[] {
  return checks
    .filter((check) => check.status !== "pass" && (file === undefined || check.file === file))
    .map(({ id, status }) => `${id} ${status}`);
}
