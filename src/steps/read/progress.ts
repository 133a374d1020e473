/** How far a read is: one meter for each status, so that a rate of large reads is not one of single sectors. */
import { createMeter, type Meter } from "../../progress/progress-meter.js";
import type { Run } from "../../extents/extent.js";
import type { Rescue, RescueState } from "../../read/rescue.js";
import type { ReadProgressEvent } from "./events.js";

type ReadProgressOptions = {
  readonly target: string;
  readonly now: () => number;
  readonly onEvent: (event: ReadProgressEvent) => void;
};

export type RunningProgress = {
  /** Behind each read. */
  advance(run: Run, isRead: boolean, state: RescueState): void;
  end(): void;
};

export function discReadProgress(rescue: Rescue, { target, now, onEvent }: ReadProgressOptions): RunningProgress {
  const totalBytes = rescue.map.size;
  const unreadBytes = (): number => totalBytes - rescue.map.bytes("finished") - rescue.map.bytes("non-tried");
  let status: RescueState["status"] | null = null;
  let meter: Meter | undefined;
  const begin = (next: Exclude<RescueState["status"], "finished">, before: number): void => {
    meter?.end();
    status = next;
    meter = createMeter({
      phase: next,
      target,
      totalBytes,
      now,
      onEvent: (event) => onEvent({ ...event, unreadBytes: unreadBytes() }),
    });
    meter.advance(before, 0);
  };
  return {
    advance({ length }, isRead, state) {
      if (state.status === "finished") return;
      const done = isRead ? length : 0;
      if (state.status !== status) begin(state.status, rescue.map.bytes("finished") - done);
      meter?.advance(done);
    },
    end: () => meter?.end(),
  };
}
