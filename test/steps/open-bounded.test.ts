/** Targets that are slow to open, or never open: what is told, and when an interruption ends the wait. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DriveWriter } from "../../src/drive/drive-writer.js";
import { openBounded } from "../../src/steps/open-bounded.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A writer of which only the end is asked for. */
function writer(): { readonly writer: DriveWriter; readonly abort: ReturnType<typeof vi.fn> } {
  const abort = vi.fn(async () => undefined);
  return { writer: { abort } as unknown as DriveWriter, abort };
}

const interrupted = { code: "interrupted", message: "interrupted: nothing was written" };

describe("opening targets", () => {
  it("gives what is open, and tells nothing of what is soon", async () => {
    const { writer: one, abort } = writer();
    const onWait = vi.fn();
    await expect(openBounded(async () => [one], { onWait })).resolves.toEqual([one]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onWait).not.toHaveBeenCalled();
    expect(abort).not.toHaveBeenCalled();
  });

  it("fails as opening does", async () => {
    const failure = new Error("no room");
    await expect(openBounded(() => Promise.reject(failure), { onWait: () => undefined })).rejects.toBe(failure);
  });

  it("tells after 5 s that it waits, once", async () => {
    const onWait = vi.fn();
    const { writer: one } = writer();
    const opened = openBounded(() => new Promise((resolve) => setTimeout(() => resolve([one]), 30_000)), { onWait });
    await vi.advanceTimersByTimeAsync(4999);
    expect(onWait).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(30_000);
    await expect(opened).resolves.toEqual([one]);
    expect(onWait.mock.calls).toEqual([[5000]]);
  });

  it("ends 5 s after an interruption, and aborts what becomes open later", async () => {
    const stop = new AbortController();
    const { writer: one, abort } = writer();
    let ended = false;
    const opened = openBounded(() => new Promise((resolve) => setTimeout(() => resolve([one]), 60_000)), {
      signal: stop.signal,
      onWait: () => undefined,
    });
    const outcome = expect(opened)
      .rejects.toMatchObject(interrupted)
      .then(() => (ended = true));
    await vi.advanceTimersByTimeAsync(1000);
    stop.abort();
    await vi.advanceTimersByTimeAsync(4999);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await outcome;
    expect(abort).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(abort).toHaveBeenCalledOnce();
  });

  it("aborts what was open when it was interrupted, before it says so", async () => {
    const stop = new AbortController();
    const { writer: one, abort } = writer();
    const opened = openBounded(
      async () => {
        stop.abort();
        return [one];
      },
      { signal: stop.signal, onWait: () => undefined },
    );
    await expect(opened).rejects.toMatchObject(interrupted);
    expect(abort).toHaveBeenCalledOnce();
  });

  it("is interrupted, too, where opening fails after that", async () => {
    const stop = new AbortController();
    const opened = openBounded(
      async () => {
        stop.abort();
        throw new Error("too late");
      },
      { signal: stop.signal, onWait: () => undefined },
    );
    await expect(opened).rejects.toMatchObject(interrupted);
  });
});
