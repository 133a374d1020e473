/**
 * Media that do what files do not: sticks that stop answering, or keep less than they say, and discs with scratches. nbdkit
 * serves them on a socket, to QEMU in place of a file.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { DiscRead } from "./disc-travel.js";

export type ServedMedium = {
  readonly socket: string;
  /** Answers nothing until `go`. */
  stop(): void;
  go(): void;
  close(): Promise<void>;
};

export type Fake = { readonly kind: "limbo" | "wraparound"; readonly capacity: number; readonly size: number };

/** The file itself. */
export function serveFile(file: string): Promise<ServedMedium> {
  return serve(`${file}.socket`, ["file", file]);
}

/** `file` is the flash that there is; the stick says that it holds `size` bytes. */
export function serveFake(file: string, { kind, capacity, size }: Fake): Promise<ServedMedium> {
  const at = kind === "wraparound" ? `at=$(($4 % ${capacity}))` : "at=$4";
  // Behind the capacity limbo takes everything and gives zeros.
  const lost = (otherwise: string): string =>
    kind === "limbo" ? `if [ $at -ge ${capacity} ]; then ${otherwise}; exit 0; fi;` : "";
  const options = {
    get_size: `echo ${size}`,
    can_write: "exit 0",
    can_flush: "exit 0",
    flush: "exit 0",
    thread_model: "echo serialize_requests",
    pread: `${at}; ${lost("head -c $3 /dev/zero")} dd if='${file}' bs=64K skip=$at count=$3 iflag=count_bytes,skip_bytes status=none`,
    pwrite: `${at}; ${lost("cat >/dev/null")} dd of='${file}' bs=64K seek=$at oflag=seek_bytes conv=notrunc status=none`,
  };
  return serve(`${file}.socket`, ["eval", ...Object.entries(options).map(([name, script]) => `${name}=${script}`)]);
}

export type Scratches = {
  /** Of 2048 bytes, ascending, that cannot be read. */
  readonly sectors: readonly number[];
  /** Bytes that the drive counts behind the file; they cannot be read either. */
  readonly runOut: number;
};

export type ServedDisc = ServedMedium & {
  /** Everything that was read, in the order in which it was asked for. */
  reads(): DiscRead[];
};

const discSector = 2048;

/** `file` as a disc; `name` is the socket's, so that a file may be several discs. */
export async function serveDisc(file: string, name: string, { sectors, runOut }: Scratches): Promise<ServedDisc> {
  const { size } = statSync(file);
  const [map, log] = [`${name}.scratches`, `${name}.log`];
  writeFileSync(map, scratchMap(size, sectors, runOut));
  rmSync(log, { force: true });
  const filters = ["log", "ddrescue", "truncate"].map((filter) => `--filter=${filter}`);
  const options = [`truncate=${size + runOut}`, `ddrescue-mapfile=${map}`, `logfile=${log}`];
  const served = await serve(name, ["--readonly", ...filters, "file", file, ...options]);
  return {
    ...served,
    reads() {
      const lines = readFileSync(log, "latin1").matchAll(/ Read id=\d+ offset=(0x[0-9a-f]+) count=(0x[0-9a-f]+)/g);
      return [...lines].map(([, offset, length]) => ({ offset: Number(offset), length: Number(length) }));
    },
  };
}

/** GNU ddrescue's map: the position and status of a run, then what can be read (+) and what cannot (-). */
export function scratchMap(size: number, sectors: readonly number[], runOut: number): string {
  const lines = ["0x0 +"];
  let position = 0;
  const add = (end: number, status: string): void => {
    if (end > position) lines.push(`0x${position.toString(16)} 0x${(end - position).toString(16)} ${status}`);
    position = Math.max(position, end);
  };
  for (const sector of sectors) {
    add(sector * discSector, "+");
    add((sector + 1) * discSector, "-");
  }
  add(size, "+");
  add(size + runOut, "-");
  return `${lines.join("\n")}\n`;
}

async function serve(socket: string, plugin: readonly string[]): Promise<ServedMedium> {
  // One that was killed leaves its own.
  rmSync(socket, { force: true });
  const server = spawn("nbdkit", ["--foreground", "--exit-with-parent", "--unix", socket, ...plugin], {
    stdio: "ignore",
  });
  await appear(socket, server);
  return {
    socket,
    stop: () => void server.kill("SIGSTOP"),
    go: () => void server.kill("SIGCONT"),
    async close() {
      if (server.exitCode !== null) return;
      const ended = once(server, "exit");
      server.kill("SIGKILL");
      await ended;
    },
  };
}

async function appear(socket: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200 && !existsSync(socket); attempt += 1) {
    if (server.exitCode !== null) throw new Error(`nbdkit ended with ${server.exitCode}`);
    await delay(50);
  }
}
