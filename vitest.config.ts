import { defineConfig } from "vitest/config";

/**
 * Five suites by cost: `unit` runs anywhere, soon; `exhaustive` tries every place, or waits for drives that hang; `oracle`
 * asks other people's tools about files; `boot` starts QEMU. Those run side by side, and one after the other what has the
 * machine's devices or its speed in it: `devices`, on loop devices, slow media and guests at a certain pace. And `platform`,
 * which writes disk images that macOS or Windows attaches as drives: it needs root or an administrator.
 */
export default defineConfig({
  test: {
    maxWorkers: "100%",
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"], testTimeout: 30_000 } },
      {
        test: {
          name: "exhaustive",
          include: ["test/**/*.exhaustive.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "oracle",
          include: ["test/**/*.oracle.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "devices",
          include: ["test/**/*.devices.ts"],
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
        },
      },
      {
        test: {
          name: "platform",
          include: ["test/**/*.platform.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
