import { describe, expect, it } from "vitest";
import { interruptible } from "../../src/cli/interrupt.js";
import type { Terminal } from "../../src/cli/terminal.js";
import { fakeTerminal } from "../support/fake-terminal.js";

/** A terminal that counts who listens. */
function listeningTerminal(animated: boolean) {
  const terminal = fakeTerminal();
  const listeners = new Set<() => void>();
  const onInterrupt: Terminal["onInterrupt"] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const interrupt = (): void => listeners.forEach((listener) => listener());
  return { terminal: { ...terminal, animated, onInterrupt }, shown: terminal.shown, listeners, interrupt };
}

describe("an interrupt", () => {
  it("aborts the work, which ends in its own time", async () => {
    const { terminal, listeners, interrupt } = listeningTerminal(false);
    const result = await interruptible(terminal, async (signal) => {
      expect(signal.aborted).toBe(false);
      interrupt();
      expect(signal.aborted).toBe(true);
      return 5;
    });
    expect(result).toBe(5);
    expect(listeners.size).toBe(0);
  });

  it.each([true, false])(
    "leaves a second one to the system, with the cursor shown (animated: %s)",
    async (animated) => {
      const { terminal, shown, listeners, interrupt } = listeningTerminal(animated);
      await interruptible(terminal, async () => {
        expect(listeners.size).toBe(1);
        interrupt();
        expect(listeners.size).toBe(0);
      });
      expect(shown.err).toContain("Ctrl-C again");
      expect(shown.err.includes("\u001b[?25h")).toBe(animated);
    },
  );

  it("is listened to no longer than the work takes, also where that fails", async () => {
    const { terminal, listeners } = listeningTerminal(false);
    await expect(interruptible(terminal, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(listeners.size).toBe(0);
  });
});
