// The Debian package: the executable, the man page and the completions; nothing that it depends on but the C library.
// Dates are that of the manual page, so that the same sources give the same bytes on any day.
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

const maintainer = "win7usb <win7usb@users.noreply.github.com>";

/** What lintian says of Node's own binary, which is handed out as it is. */
const overrides = [
  "embedded-library zlib [usr/bin/win7usb]",
  "hardening-no-pie [usr/bin/win7usb]",
  "unstripped-binary-or-object [usr/bin/win7usb]",
];

const extendedDescription = `
 It reads the image itself, judges it (edition, service pack, damage, known
 hashes) and lays it out as a FAT32 or NTFS stick with boot code of its own.
 What was written is read back, and checked at any later time.
 .
 It needs neither root for an image file nor other programs.`;

const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: win7usb
Source: HOMEPAGE
Comment: The program is inside Node.js' own binary. The licences of Node.js and
 of all other parts are in licences.txt.gz beside this file, and "win7usb licences"
 prints them.

Files: *
Copyright: The win7usb authors
License: Expat
`;

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
  const doc = "usr/share/doc/win7usb";
  const ownLicence = readFileSync(join(root, "LICENSE"), "utf8").trim().split("\n");
  const paragraphs = ownLicence.map((line) => ` ${line.trim() === "" ? "." : line}\n`).join("");
  put(`${doc}/copyright`, copyright.replace("HOMEPAGE", homepage) + paragraphs);
  put(`${doc}/licences.txt.gz`, gzipSync(licences, { level: 9 }));
  const date = dateOfManual(page.toString());
  const entry = `win7usb (${version}) stable; urgency=medium\n\n  * ${homepage.replace("#readme", "")}/releases`;
  put(`${doc}/changelog.gz`, gzipSync(`${entry}\n\n -- ${maintainer}  ${changelogDate(date)}\n`, { level: 9 }));
  put("usr/share/lintian/overrides/win7usb", overrides.map((tag) => `win7usb: ${tag}\n`).join(""));
  const fields = {
    Package: "win7usb",
    Version: version,
    Architecture: architecture,
    Maintainer: maintainer,
    "Installed-Size": Math.ceil(statSync(executable).size / 1024),
    Depends: "libc6 (>= 2.28), libstdc++6, libgcc-s1",
    Section: "admin",
    Priority: "optional",
    Homepage: homepage,
    Description: description + extendedDescription,
  };
  put(
    "DEBIAN/control",
    Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(""),
  );
  makeEqual(tree, date);
  const target = join(folder, `win7usb_${version}_${architecture}.deb`);
  // One thread: what several make depends on their number.
  const how = ["--root-owner-group", "-Zxz", "-z1", "--threads-max=1", "--build", tree, target];
  const { error, status } = spawnSync("dpkg-deb", how, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(date.getTime() / 1000) },
  });
  rmSync(tree, { recursive: true });
  if (error !== undefined) return process.stdout.write(`skipped: ${target} (needs dpkg-deb)\n`);
  if (status !== 0) throw new Error(`dpkg-deb ended with ${status}`);
  return process.stdout.write(`${target}\n`);
}

/** The day in the manual page's first line. */
function dateOfManual(page) {
  const [, day] = /^\.TH \S+ \d (\d{4}-\d\d-\d\d) /.exec(page) ?? [];
  if (day === undefined) throw new Error("docs/win7usb.1 has no date");
  return new Date(`${day}T00:00:00Z`);
}

/** As deb-changelog(5) has it. */
function changelogDate(date) {
  return date.toUTCString().replace("GMT", "+0000");
}

/** Dates and rights that do not depend on who builds, and when. */
function makeEqual(tree, date) {
  const entries = readdirSync(tree, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => ({ path: join(entry.parentPath, entry.name), entry }));
  for (const { path, entry } of paths) {
    chmodSync(path, entry.isDirectory() || path.endsWith("/usr/bin/win7usb") ? 0o755 : 0o644);
    utimesSync(path, date, date);
  }
  chmodSync(tree, 0o755);
  utimesSync(tree, date, date);
}
