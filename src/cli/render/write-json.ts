/** The events of a write as JSON, one a line on stdout, each with the schema's number. */
import type { DoneEvent, WriteEvent } from "../../progress/events.js";
import { jsonLine } from "../escape.js";
import type { Terminal } from "../terminal.js";
import type { WritePace } from "./write-pace.js";

export function jsonEvents(terminal: Terminal): (event: WriteEvent) => void {
  return (event) => terminal.out(jsonLine({ schema: 1, ...event }));
}

/** With how long each target took, of which the write itself knows nothing. */
export function withPace(event: DoneEvent, pace: WritePace): DoneEvent {
  const targets = event.targets.map((target) =>
    "verified" in target
      ? { ...target, pace: pace.of(target.path, target.bytesDiffering ?? target.bytesWritten) }
      : target,
  );
  return { ...event, targets };
}
