// `npm test`: lint and types, the build, unit tests, then the judges (other people's tools and QEMU). Where it runs as
// root on Debian it installs the judges that are missing; elsewhere it names what it skips. Plain JavaScript, because
// it runs before anything is built.
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const inCi = process.env.CI === "true";
const suites = ["unit", "exhaustive", "oracle", "devices", "boot"];

/** Debian package by command, read from the one table the tests use. */
function judgePackages() {
  const text = readFileSync(join(root, "test/support/judges.ts"), "utf8");
  const table = /packageOf[^{]*\{([^}]*)\}/.exec(text)[1];
  return [...table.matchAll(/"?([\w.-]+)"?: "([\w.+-]+)"/g)].map((match) => ({ command: match[1], package: match[2] }));
}

function isThere(command) {
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

/** Runs one vitest project and returns its counts. */
function runSuite(suite, folder) {
  const file = join(folder, `${suite}.json`);
  const args = ["vitest", "run", "--project", suite, "--reporter=default", "--reporter=json", `--outputFile=${file}`];
  const ok = run("npx", args);
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    const failed = report.numFailedTests + (ok || report.numFailedTests > 0 ? 0 : 1);
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests };
  } catch {
    // No report: vitest itself did not come up.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function main() {
  const wanted = process.argv.slice(2).filter((name) => suites.includes(name));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const step = (ok) => (total[ok ? "passed" : "failed"] += 1);
  step(run("npx", ["oxlint", "--type-aware"]));
  step(run("npx", ["oxfmt", "--check"]));
  step(run("npx", ["tsc", "-p", "tsconfig.json"]));
  step(run("npm", ["run", "--silent", "build"]));
  if (total.failed === 0) {
    step(installJudges());
    const folder = mkdtempSync(join(tmpdir(), "win7usb-test-"));
    for (const suite of wanted.length > 0 ? wanted : suites) {
      const counts = runSuite(suite, folder);
      for (const key of Object.keys(total)) total[key] += counts[key];
    }
    rmSync(folder, { recursive: true });
  }
  if (inCi && total.skipped > 0) {
    process.stdout.write(`${total.skipped} tests were skipped, and in CI none may be\n`);
    total.failed += 1;
  }
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

main();
