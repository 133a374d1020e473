/** Run before each test file (vitest's `setupFiles`): its threads start from what `built-threads.ts` has compiled. */
import { inject } from "vitest";
import { setThreadEntry } from "../../src/threads/thread.js";

setThreadEntry(new URL(inject("threadEntry")));
