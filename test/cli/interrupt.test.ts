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
  const progress = {
    onEvent: ({ event }: { event: string }) => terminal.err(`<${event}>`),
    stop: () => terminal.err("<stop>"),
  };
  return { terminal: { ...terminal, animated, onInterrupt }, shown: terminal.shown, listeners, interrupt, progress };
}

describe("an interrupt", () => {
  it("aborts the work, which ends in its own time", async () => {
    const { terminal, listeners, interrupt, progress } = listeningTerminal(false);
    const result = await interruptible(terminal, progress, async (signal) => {
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
      const { terminal, shown, listeners, interrupt, progress } = listeningTerminal(animated);
      await interruptible(terminal, progress, async () => {
        expect(listeners.size).toBe(1);
        interrupt();
        expect(listeners.size).toBe(0);
      });
      expect(shown.err).toContain("Ctrl-C again");
      expect(shown.err.includes("\u001b[?25h")).toBe(animated);
    },
  );

  it("ends progress before it says so, and shows warnings alone after it", async () => {
    const { terminal, shown, interrupt, progress } = listeningTerminal(false);
    await interruptible(terminal, progress, async (_, show) => {
      show({ event: "progress" });
      interrupt();
      show({ event: "progress" });
      show({ event: "warning" });
    });
    expect(shown.err).toMatch(/^<progress><stop>stopping [^\n]*\n<warning><stop>$/);
  });

  it("is listened to no longer than the work takes, also where that fails", async () => {
    const { terminal, listeners, progress } = listeningTerminal(false);
    const failing = interruptible(terminal, progress, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(listeners.size).toBe(0);
  });
});
