import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Threads start from modules that `globalSetup` has compiled. */
const setupFiles = ["test/support/use-built-threads.ts"];

/**
 * Unit tests that put something else in a module's place. They need modules of their own; all others share a process's,
 * which halves what the suite costs.
 */
const replacing = readdirSync(join(import.meta.dirname, "test"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => `test/${path.replaceAll("\\", "/")}`)
  .filter((path) => /\bvi\.(?:mock|doMock)\(/.test(readFileSync(join(import.meta.dirname, path), "utf8")));

/** Test files of the whole run alone (`npm run test:all`): none of their cases is cheap enough for a sample. */
const wholeRun = process.env["WIN7USB_TEST_ALL"] === "1" ? [] : ["test/**/*.whole.*.ts"];

/**
 * Six suites by cost: `unit` runs anywhere, soon; `program` starts the built program and the package as npm packs it;
 * `exhaustive` tries every place, or waits for drives that hang; `oracle`
 * asks other people's tools about files; `boot` starts QEMU. Those run side by side, and one after the other what has the
 * machine's devices or its speed in it: `devices`, on loop devices, slow media and guests at a certain pace. And `platform`,
 * which writes disk images that macOS or Windows attaches as drives: it needs root or an administrator.
 */
export default defineConfig({
  test: {
    experimental: { fsModuleCache: true },
    maxWorkers: "100%",
    globalSetup: ["test/support/built-threads.ts", "test/support/kernel-folder.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: replacing,
          setupFiles,
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: "unit-replacing", include: replacing, setupFiles, testTimeout: 120_000, hookTimeout: 120_000 } },
      {
        test: {
          name: "program",
          include: ["test/**/*.program.ts"],
          exclude: wholeRun,
          setupFiles,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "exhaustive",
          include: ["test/**/*.exhaustive.ts"],
          setupFiles,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: "oracle",
          include: ["test/**/*.oracle.ts"],
          setupFiles,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: "devices",
          include: ["test/**/*.devices.ts"],
          exclude: wholeRun,
          setupFiles,
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "boot",
          include: ["test/**/*.boot.ts"],
          exclude: wholeRun,
          setupFiles,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: "platform",
          include: ["test/**/*.platform.ts"],
          setupFiles,
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
