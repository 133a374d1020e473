/** What may pass is tried again, so often and no more, and told of; what stays is told at once. */
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { Win7UsbError } from "../../src/errors.js";
import type { WriteEvent } from "../../src/progress/events.js";
import { mostRetries } from "../../src/transfer/retry.js";
import { writePlan } from "../../src/write/write-plan.js";
import { memoryDrive, type MemoryDrive, type MemoryDriveOptions } from "../support/memory-drive.js";
import { bytesExtent, planOf, zerosExtent } from "../support/plans.js";

/** Of writes with 4 MiB at a time: enough of them for more retries than one write has. */
const size = 72 * MiB;
const plan = planOf(size, [bytesExtent(0, new Uint8Array(512).fill(0x55)), zerosExtent(512, size - 512)]);

function failed(kind: string, offset: number, cause: string): Win7UsbError {
  const message = `${kind} at byte ${offset} of memory failed: ${cause}`;
  return new Win7UsbError("write-failed", message, { data: { target: "memory", offset, cause } });
}

/** Fails the operations of `kind` that `when` picks by their index. */
function failing(kind: string, when: (index: number) => boolean, cause = "EIO"): MemoryDriveOptions["onOperation"] {
  return (operation, index) => {
    if (operation.kind !== kind || !when(index)) return;
    throw failed(kind, "offset" in operation ? operation.offset : 0, cause);
  };
}

async function run(onOperation: MemoryDriveOptions["onOperation"]) {
  const events: WriteEvent[] = [];
  const drive: MemoryDrive = memoryDrive(size, onOperation === undefined ? {} : { onOperation });
  const onEvent = (event: WriteEvent): void => void events.push(event);
  const result = await writePlan({ plan, targets: [drive], verify: true, onEvent, now: () => 0 }).then(
    ({ done }) => done[0]!,
    (error: unknown) => error as Win7UsbError,
  );
  const warnings = events.flatMap((event) => (event.event === "warning" ? [event] : []));
  return { drive, result, warnings };
}

describe("a transfer that fails", () => {
  it.each(["write", "read"])("once or twice is tried again and told of: %s", async (kind) => {
    // Two attempts of the third transfer, one of a later one.
    const { drive, result, warnings } = await run(failing(kind, (index) => index === 3 || index === 5 || index === 9));
    expect(result).toMatchObject({ verified: true });
    expect(drive.state).toBe("committed");
    expect(warnings).toHaveLength(3);
    for (const warning of warnings) {
      expect(warning).toMatchObject({ code: "retried", target: "memory" });
      expect(warning.message).toMatch(/^(write|read) at byte \d+ of memory failed: EIO; trying again$/);
    }
  });

  it.each(["write", "read"])("again and again is given up, and told with its own place and cause: %s", async (kind) => {
    const { drive, result, warnings } = await run((operation) => {
      if (operation.kind === kind && "offset" in operation && operation.offset === 8 * MiB) {
        throw failed(kind, operation.offset, "EIO");
      }
    });
    expect(result).toMatchObject({ code: "write-failed", exitCode: 6, data: { offset: 8 * MiB, cause: "EIO" } });
    expect(warnings.map(({ code }) => code)).toEqual(["retried", "retried"]);
    expect(drive.state).toBe("aborted");
    expect(drive.bytes[511]).not.toBe(0x55);
  });

  it("now and then all the time ends the write: such a drive is broken", async () => {
    const { result, warnings } = await run(failing("write", (index) => index % 2 === 1));
    expect(result).toMatchObject({ code: "write-failed" });
    expect(warnings).toHaveLength(mostRetries);
  });

  it.each(["ENOSPC", "ENODEV", "ENXIO", "EROFS", "ENOMEDIUM"])("with %s is given up at once", async (cause) => {
    const { result, warnings } = await run(failing("write", (index) => index >= 3, cause));
    expect(result).toMatchObject({ code: "write-failed", data: { cause } });
    expect(warnings).toEqual([]);
  });

  it("is no flush: that one is never tried again", async () => {
    const { result, warnings } = await run(failing("flush", (index) => index === 1));
    expect(result).toMatchObject({ code: "write-failed", data: { cause: "EIO" } });
    expect(warnings).toEqual([]);
  });
});
