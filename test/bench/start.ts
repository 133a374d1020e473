/** How long the program and the executable take to start, beside Node's own start. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { compare, measure } from "./measure.js";
import { printTable } from "./table.js";

/** One start is shorter than what GNU time tells apart; runs in turn. */
const starts = 10;
const startRuns = 9;

/** Starts each command so often in one measurement. */
function print(folder: string, commands: ReadonlyMap<string, readonly string[]>): void {
  const often = `i=0; while [ $i -lt ${starts} ]; do "$@" || exit; i=$((i + 1)); done`;
  const candidates = [...commands].map(
    ([name, command]) => [name, () => measure(["sh", "-c", often, "sh", ...command], folder)] as const,
  );
  const results = compare(new Map(candidates), startRuns);
  console.log(`\n${starts} starts each`);
  printTable(results, 1);
}

/** The program beside this Node; and the executable, where `npm run package` has made one, beside the Node that is inside. */
export function startTables(root: string, folder: string, iso: string): void {
  const argvs = [["--version"], ["--help"], ["inspect", iso]];
  const commandsOf = (name: string, command: readonly string[]) =>
    argvs.map((argv) => [`${name} ${argv[0]}`, [...command, ...argv]] as const);
  const program = [process.execPath, join(root, "bin/win7usb.js")];
  const own = [process.execPath, "-e", "0"];
  print(
    folder,
    new Map([["node -e 0", own], ...commandsOf("win7usb", program), ["win7usb drives", [...program, "drives"]]]),
  );
  const platform = `linux-${process.arch}`;
  const executable = join(root, "build/package", `win7usb-${platform}`);
  if (!existsSync(executable)) return;
  const builds = join(root, "build/node-builds");
  const build = readdirSync(builds).find((name) => name.startsWith(`node-${platform}-`));
  if (build === undefined) return;
  const inside = [join(builds, build, "package/bin/node"), "-e", "0"];
  print(
    folder,
    new Map([
      ["Node inside, -e 0", inside],
      ...commandsOf("executable", [executable]),
      [`node ${process.versions.node} -e 0`, own],
    ]),
  );
}
