/** An executor of WIM tasks on threads: each opens the image itself, so that only small messages and segments are sent. */
import type { ExecutorSetup, WimExecutor } from "../verification/wim/index.js";
import type { ImagePass } from "./image-pass.js";
import { startThread } from "./thread.js";
import { wimResults } from "./wim-results.js";
import type { WimThreadRequest, WimThreadSetup } from "./wim-thread.js";

/**
 * An executor with `count` threads; null where a part does not lie in a file that threads could open. With a `pass` over
 * the image, the threads take bytes from it.
 */
export function createThreadExecutor(setup: ExecutorSetup, count: number, pass?: ImagePass): WimExecutor | null {
  const files = setup.parts.map(({ file }) => file);
  if (files.includes(undefined)) return null;
  const threadSetup: WimThreadSetup = {
    files: files.filter((file) => file !== undefined),
    formats: setup.formats,
    blobs: setup.blobs,
    ...(pass === undefined ? {} : { ring: { memory: pass.memory, taker: pass.deepTaker } }),
  };
  const threads = Array.from({ length: count }, () => startThread({ kind: "wim", ...threadSetup }));
  return {
    concurrency: count,
    ...(pass === undefined ? {} : { window: pass }),
    run(task, passage) {
      const thread = threads.reduce((idlest, other) => (other.waiting < idlest.waiting ? other : idlest));
      const request: WimThreadRequest = { task, range: passage?.range ?? null };
      const transfer = "buffer" in task ? [task.buffer] : [];
      return thread.ask(request, { result: wimResults[task.kind], onNote: () => passage?.taken(), transfer });
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}
