/** Debian's archive through an apt configuration of the test's own: nothing is installed, and this machine's lists stay as they are. */
import { spawnSync, type SpawnSyncOptionsWithStringEncoding } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MiB } from "../../src/bytes/units.js";

const quiet: SpawnSyncOptionsWithStringEncoding = {
  encoding: "utf8",
  maxBuffer: 64 * MiB,
  stdio: ["ignore", "pipe", "ignore"],
};

/** The mirror that this machine's own apt uses; undefined where it is no Debian. */
export function debianMirror(): string | undefined {
  const targets = spawnSync(
    "apt-get",
    ["indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages"],
    quiet,
  );
  return /^Debian (\S+)$/m.exec(targets.stdout ?? "")?.[1];
}

/** Runs apt-get or apt-cache in `directory`; what it printed, or null where it failed. */
export type Apt = (command: string, args: readonly string[]) => string | null;

/** The packages of `release` for `architecture`, with lists below `directory`; null where the archive cannot be reached. */
export function openDebianArchive(directory: string, release: string, architecture: string): Apt | null {
  const mirror = debianMirror();
  if (mirror === undefined) return null;
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  for (const folder of ["lists/partial", "cache/archives/partial"])
    mkdirSync(join(directory, folder), { recursive: true });
  const line = `deb [arch=${architecture} signed-by=${keyring}] ${mirror} ${release} main\n`;
  writeFileSync(join(directory, "sources.list"), line);
  const options = [
    `Dir::Etc::sourcelist=${join(directory, "sources.list")}`,
    "Dir::Etc::sourceparts=/dev/null",
    `Dir::State::lists=${join(directory, "lists")}`,
    `Dir::Cache=${join(directory, "cache")}`,
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  const apt: Apt = (command, args) => {
    const { status, stdout } = spawnSync(command, [...options, ...args], { ...quiet, cwd: directory });
    return status === 0 ? stdout : null;
  };
  return apt("apt-get", ["update"]) === null ? null : apt;
}
