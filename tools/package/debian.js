// The Debian package: the executable, the man page and the completions; nothing that it depends on but the C library.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  readdirSync,
  chmodSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "../bundling.js";

const architectures = { "linux-x64": "amd64", "linux-arm64": "arm64" };

/** Makes win7usb_<version>_<architecture>.deb in `folder`; says so where this machine cannot. */
export function makeDebianPackage(platform, executable, licences, folder) {
  const { version, description, homepage } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const architecture = architectures[platform];
  const tree = join(root, "build", `debian-${architecture}`);
  rmSync(tree, { recursive: true, force: true });
  const put = (path, data, mode = 0o644) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), data, { mode });
  };
  mkdirSync(join(tree, "usr/bin"), { recursive: true });
  copyFileSync(executable, join(tree, "usr/bin/win7usb"));
  const page = readFileSync(join(root, "docs/win7usb.1"));
  put("usr/share/man/man1/win7usb.1.gz", gzipSync(page, { level: 9 }));
  put("usr/share/bash-completion/completions/win7usb", readFileSync(join(root, "completions/win7usb.bash")));
  put("usr/share/zsh/vendor-completions/_win7usb", readFileSync(join(root, "completions/_win7usb")));
  put("usr/share/fish/vendor_completions.d/win7usb.fish", readFileSync(join(root, "completions/win7usb.fish")));
  put("usr/share/doc/win7usb/copyright", licences);
  const fields = {
    Package: "win7usb",
    Version: version,
    Architecture: architecture,
    Maintainer: "win7usb <win7usb@users.noreply.github.com>",
    "Installed-Size": Math.ceil(statSync(executable).size / 1024),
    Depends: "libc6 (>= 2.28), libstdc++6, libgcc-s1",
    Section: "admin",
    Priority: "optional",
    Homepage: homepage,
    Description: description,
  };
  put(
    "DEBIAN/control",
    Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(""),
  );
  makeEqual(tree);
  const target = join(folder, `win7usb_${version}_${architecture}.deb`);
  // One thread: what several make depends on their number.
  const how = ["--root-owner-group", "-Zxz", "-z1", "--threads-max=1", "--build", tree, target];
  const { error, status } = spawnSync("dpkg-deb", how, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, SOURCE_DATE_EPOCH: "0" },
  });
  rmSync(tree, { recursive: true });
  if (error !== undefined) return process.stdout.write(`skipped: ${target} (needs dpkg-deb)\n`);
  if (status !== 0) throw new Error(`dpkg-deb ended with ${status}`);
  return process.stdout.write(`${target}\n`);
}

/** Dates and rights that do not depend on who builds, and when. */
function makeEqual(tree) {
  const entries = readdirSync(tree, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => ({ path: join(entry.parentPath, entry.name), entry }));
  for (const { path, entry } of paths) {
    chmodSync(path, entry.isDirectory() || path.endsWith("/usr/bin/win7usb") ? 0o755 : 0o644);
    utimesSync(path, 0, 0);
  }
  chmodSync(tree, 0o755);
  utimesSync(tree, 0, 0);
}
