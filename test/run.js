// `npm test`: lint and types, the build, unit tests, then the judges (other people's tools and QEMU). Where it runs as
// root on Debian it installs the judges that are missing; elsewhere it names what it skips. Suites named as arguments run
// alone; `--all` (`npm run test:all`) runs every case of what is otherwise a sample. Plain JavaScript, because it runs
// before anything is built.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const inCi = process.env.CI === "true";
/** The vitest projects of each suite. */
const projects = {
  unit: ["unit", "unit-replacing"],
  program: ["program"],
  exhaustive: ["exhaustive"],
  oracle: ["oracle"],
  devices: ["devices"],
  boot: ["boot"],
};
const suites = Object.keys(projects);
/**
 * What runs at the same time: `exhaustive` waits for drives that hang, and a file of `devices` after the other leaves a
 * processor idle, while what starts QEMU has none of its devices.
 */
const groups = [["unit"], ["program"], ["oracle", "exhaustive"], ["boot", "devices"]];
/** What test/support/sample.ts reads. */
const everyCase = { WIN7USB_TEST_ALL: "1" };
/** What test/support/kernel-folder.ts reads. */
const kernelFolder = "WIN7USB_TEST_KERNELS";

/** Debian package by command or file, read from the tables the tests use: one for each run, and one of the whole run. */
function judgePackages() {
  const text = readFileSync(join(root, "test/support/judges.ts"), "utf8");
  const tables = [...text.matchAll(/const packageOf[^{]*\{([^}]*)\}/g)].map((match) => match[1]);
  const used = process.argv.includes("--all") ? tables.join("\n") : tables[0];
  return [...used.matchAll(/"?([\w./-]+)"?: "([\w.+-]+)"/g)].map((match) => ({
    command: match[1],
    package: match[2],
  }));
}

function isThere(command) {
  if (isAbsolute(command)) return existsSync(command);
  const directories = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return directories.some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function run(command, args, options = {}) {
  process.stdout.write(`\n$ ${command} ${args.join(" ")}\n`);
  const shell = process.platform === "win32";
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", shell, ...options });
  return result.status === 0;
}

function installJudges() {
  const missing = judgePackages().filter((judge) => !isThere(judge.command));
  if (missing.length === 0) return true;
  const names = [...new Set(missing.map((judge) => judge.package))];
  const canInstall = process.getuid?.() === 0 && isThere("apt-get");
  if (canInstall) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const quiet = ["-qq", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0"];
    run("apt-get", [...quiet, "update"], { env });
    run("apt-get", [...quiet, "install", "-y", "--no-install-recommends", ...names], { env });
  }
  const still = judgePackages().filter((judge) => !isThere(judge.command));
  for (const judge of still) {
    process.stdout.write(`skipped: what ${judge.command} judges (install ${judge.package} to run it)\n`);
  }
  return still.length === 0 || !inCi;
}

/** Runs one suite and returns its counts and seconds. `output` is a file for what it says; without, it is said at once. */
async function runSuite(suite, folder, env, output) {
  const file = join(folder, `${suite}.json`);
  const chosen = projects[suite].map((project) => `--project=${project}`);
  const args = ["vitest", "run", ...chosen, "--reporter=default", "--reporter=json", `--outputFile=${file}`];
  process.stdout.write(`\n$ npx ${args.join(" ")}\n`);
  const start = performance.now();
  const shell = process.platform === "win32";
  const said = output === undefined ? "inherit" : openSync(output, "w");
  const child = spawn("npx", args, { cwd: root, stdio: ["inherit", said, said], shell, env });
  const ok = await new Promise((resolve) => child.once("close", (status) => resolve(status === 0)));
  const seconds = Math.round((performance.now() - start) / 1000);
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    const failed = report.numFailedTests + (ok || report.numFailedTests > 0 ? 0 : 1);
    return { suite, seconds, passed: report.numPassedTests, failed, skipped: report.numPendingTests };
  } catch {
    // No report: vitest itself did not come up.
    return { suite, seconds, passed: 0, failed: 1, skipped: 0 };
  }
}

/** Runs suites at the same time; what the first one says is seen at once, and that of each other one when all have ended. */
async function runGroup(group, folder, env) {
  const outputs = group.map((suite, index) => (index === 0 ? undefined : join(folder, `${suite}.txt`)));
  const results = await Promise.all(group.map((suite, index) => runSuite(suite, folder, env, outputs[index])));
  for (const output of outputs) if (output !== undefined) process.stdout.write(readFileSync(output));
  return results;
}

async function main() {
  const named = process.argv.slice(2).filter((name) => suites.includes(name));
  const env = process.argv.includes("--all") ? { ...process.env, ...everyCase } : process.env;
  const times = [];
  const total = { passed: 0, failed: 0, skipped: 0 };
  const step = (ok) => (total[ok ? "passed" : "failed"] += 1);
  step(run("npx", ["oxlint", "--type-aware"]));
  step(run("npx", ["oxfmt", "--check"]));
  step(run("npx", ["tsc", "-p", "tsconfig.json"]));
  step(run("npm", ["run", "--silent", "build"]));
  if (total.failed === 0) {
    step(installJudges());
    const folder = mkdtempSync(join(tmpdir(), "win7usb-test-"));
    const kernels = join(folder, "kernels");
    mkdirSync(kernels);
    for (const group of groups) {
      const chosen = named.length > 0 ? group.filter((suite) => named.includes(suite)) : group;
      for (const { suite, seconds, ...counts } of await runGroup(chosen, folder, { ...env, [kernelFolder]: kernels })) {
        times.push(`${suite} ${seconds} s`);
        for (const key of Object.keys(total)) total[key] += counts[key];
      }
    }
    rmSync(folder, { recursive: true });
  }
  if (inCi && total.skipped > 0) {
    process.stdout.write(`${total.skipped} tests were skipped, and in CI none may be\n`);
    total.failed += 1;
  }
  if (times.length > 0) process.stdout.write(`\n${times.join(", ")}\n`);
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

await main();
