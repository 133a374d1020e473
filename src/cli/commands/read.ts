/** `win7usb read`: a disc becomes an ISO. */
import { exitCodes } from "../../errors.js";
import { readDisc, type ReadOptions, type ReadResult } from "../../steps/read-disc.js";
import type { ReadEvent } from "../../steps/read/events.js";
import { jsonLine } from "../escape.js";
import { interruptible } from "../interrupt.js";
import type { ReadInvocation } from "../options.js";
import { readDone } from "../render/read-json.js";
import { readProgress } from "../render/read-progress.js";
import { discReadText } from "../render/read-text.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

/** What callers may put in the place of the package's own. */
export type ReadInternals = Pick<ReadOptions, "knownImages" | "saveEveryMs">;

export async function readCommand(
  { operands, options }: ReadInvocation,
  terminal: Terminal,
  internals: ReadInternals = {},
): Promise<number> {
  const [drive = "", image = ""] = operands;
  const isJson = options.json === true;
  const progress = await readProgress(terminal, drive);
  const result = await interruptible<ReadResult, ReadEvent>(terminal, progress, (signal, show) =>
    readDisc(drive, image, {
      force: options.force,
      fill: options.fill,
      retries: options.retries,
      signal,
      onEvent(event) {
        if (isJson) terminal.out(jsonLine({ schema: 1, ...event }));
        show(event);
      },
      ...internals,
    }),
  );
  if (isJson) terminal.out(jsonLine(readDone(result, terminal.now())));
  else terminal.out(discReadText(result, styleFor(terminal), terminal.columns, terminal.now()));
  return exitCodeOf(result);
}

/** What is missing outweighs what the rest is. */
function exitCodeOf({ unread, verification }: ReadResult): number {
  if (unread !== null) return exitCodes["image-unreadable"];
  if (verification?.verdict === "damaged") return exitCodes["image-damaged"];
  // Another system's disc was read as well as any.
  return 0;
}
