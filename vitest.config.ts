import { defineConfig } from "vitest/config";

/** Three suites by cost: `unit` runs in seconds anywhere; `oracle` asks other people's tools; `boot` starts QEMU. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"], testTimeout: 30_000 } },
      {
        test: {
          name: "oracle",
          include: ["test/**/*.oracle.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "boot",
          include: ["test/**/*.boot.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
