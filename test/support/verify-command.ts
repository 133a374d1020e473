/** `win7usb verify` in process, from the command line to the exit code. */
import { main } from "../../src/cli/main.js";
import type { VerificationReport } from "../../src/cli/render/verification.js";
import type { FakeTerminal } from "./fake-terminal.js";
import { fakeTerminal } from "./fake-terminal.js";
import { parseOutput } from "./json-output.js";

export type Verified = { readonly exitCode: number; readonly report: VerificationReport };

/** With `--json`. */
export async function verify(path: string, ...argv: string[]): Promise<Verified> {
  const { exitCode, out } = await verifyText(path, "--json", ...argv);
  return { exitCode, report: parseOutput<VerificationReport>("verify", out) };
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
