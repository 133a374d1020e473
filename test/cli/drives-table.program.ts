/** Equal drives can be told apart in the list. */
import { expect, it } from "vitest";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

type Listed = { drives: { path: string; serial: string | null }[] };

it.skipIf(process.platform !== "linux")("drives shows the serial number of each drive", () => {
  const { drives } = parseOutput<Listed>("drives", runProgram(["drives", "--all", "--json"]).out);
  const { out } = runProgram(["drives", "--all"]);
  if (drives.length > 0) expect(out.split("\n")[0]).toMatch(/MODEL +SERIAL/);
  for (const { path, serial } of drives) {
    const line = out.split("\n").find((each) => each.startsWith(`${path} `));
    // Loop devices come and go while other tests run.
    if (serial !== null && line !== undefined) expect(line).toContain(serial.trim());
  }
});
