/** The events of a write as JSON, one a line on stdout, each with the schema's number. */
import type { WriteEvent } from "../../progress/events.js";
import { jsonLine } from "../escape.js";
import type { Terminal } from "../terminal.js";

export function jsonEvents(terminal: Terminal): (event: WriteEvent) => void {
  return (event) => terminal.out(jsonLine({ schema: 1, ...event }));
}
