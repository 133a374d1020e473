/** An executor that does the work on the calling thread, one task after the other. */
import type { CreateSha1, ExecutorSetup, WimExecutor } from "./ports.js";
import { TaskRunner } from "./run-task.js";
import type { WimTaskResult } from "./tasks.js";

export function createInlineExecutor(setup: ExecutorSetup, createSha1: CreateSha1): WimExecutor {
  const sources = setup.parts.map((part) => part.source);
  const runner = new TaskRunner(sources, setup.formats, setup.blobs, createSha1);
  let last: Promise<unknown> = Promise.resolve();
  return {
    concurrency: 1,
    run(task) {
      const run = (): Promise<WimTaskResult> => runner.run(task);
      const result = last.then(run, run);
      last = result.catch(() => undefined);
      return result;
    },
    async close() {
      await last;
    },
  };
}
