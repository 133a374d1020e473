/** How long the plan of a large tree takes, in this process: 50,000 files in 500 folders. */
import { GiB } from "../../src/bytes/units.js";
import { planDisk } from "../../src/volumes/index.js";
import { directory, hole, tree } from "../support/memory-tree.js";
import { median } from "./measure.js";

const timedRuns = 5;

export function planTable(): void {
  const folders = Array.from({ length: 500 }, (_, folder) => {
    const files = Array.from({ length: 100 }, (_unused, index) => hole(`Component-${folder}-${index}.manifest`, 1000));
    return directory(`folder ${folder}`, files);
  });
  const given = tree(...folders);
  console.log("\nplan of 50,000 files");
  for (const fileSystem of ["fat32", "ntfs"] as const) {
    const times = Array.from({ length: timedRuns }, () => {
      const start = performance.now();
      planDisk(given, { diskSize: 4 * GiB }, { fileSystem, label: "BENCH" });
      return performance.now() - start;
    });
    console.log(`${fileSystem}: ${median(times).toFixed(0)} ms`);
  }
}
