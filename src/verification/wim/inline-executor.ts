/** An executor that runs tasks on the calling thread, one after the other. */
import type { CreateSha1, ExecutorSetup, WimExecutor } from "./ports.js";
import { TaskRunner } from "./run-task.js";
import type { TaskOf, WimResults, WimTaskKind } from "./tasks.js";

export function createInlineExecutor(setup: ExecutorSetup, createSha1: CreateSha1): WimExecutor {
  const sources = setup.parts.map((part) => part.source);
  const runner = new TaskRunner(sources, setup.formats, setup.blobs, createSha1);
  let last: Promise<unknown> = Promise.resolve();
  return {
    concurrency: 1,
    run<K extends WimTaskKind>(task: TaskOf<K>) {
      const run = (): Promise<WimResults[K]> => runner.run<K>(task);
      const result = last.then(run, run);
      last = result.catch(() => undefined);
      return result;
    },
    async close() {
      await last;
    },
  };
}
