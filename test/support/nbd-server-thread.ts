/**
 * Entry of a thread that serves memory as a network block device, with faults. Protocol: the NBD project's doc/proto.md,
 * fixed newstyle negotiation and simple replies. A thread, because whoever attaches the device waits for it without
 * turning back to its events.
 */
import { createServer, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

import {
  anyOperation,
  chunkSize,
  corruptedByte,
  corruptedValue,
  hitMark,
  kinds,
  logCapacity,
  operations,
  sectorSize,
  words,
  writtenAt,
  type ServerData,
} from "./nbd-control.js";

const { socket: path, medium, control, scratches, fake } = workerData as ServerData;
const bytes = Buffer.from(medium);
const scratched = new Uint8Array(scratches);
const word = new Int32Array(control, 0, writtenAt / 4);
const written = new Uint8Array(control, writtenAt);

const errorNumbers = { EIO: 5, ENOSPC: 28, corrupt: 0 } as const;
const commands = { read: 0, write: 1, disconnect: 2, flush: 3 } as const;
const optionMagic = Buffer.from("IHAVEOPT");
const replyMagic = Buffer.from([0, 3, 0xe8, 0x89, 4, 0x55, 0x65, 0xa9]);

/** Whether the fault hits this operation; counts it and notes it down. */
function hits(operation: number): boolean {
  const count = (word[words.counts + operation]! += 1);
  const { from, last, every } = { from: word[words.from]!, last: word[words.last]!, every: word[words.every]! };
  const index = word[words.logLength]!;
  const isAny = word[words.operation] === anyOperation;
  const place = isAny ? index + 1 : count;
  const isMeant = isAny || word[words.operation] === operation;
  const isHit = isMeant && place >= from && place <= last && (place - from) % every === 0;
  if (index < logCapacity) word[words.log + index] = operation | (isHit ? hitMark : 0);
  word[words.logLength] = index + 1;
  return isHit;
}

/** Requests one at a time, in the order in which they come. */
class Connection {
  readonly #socket: Socket;
  readonly #waiting: { readonly length: number; readonly resolve: (bytes: Buffer) => void }[] = [];
  #received: Buffer[] = [];
  #length = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (part: Buffer) => {
      this.#received.push(part);
      this.#length += part.length;
      this.#deliver();
    });
  }

  take(length: number): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#waiting.push({ length, resolve });
      this.#deliver();
    });
  }

  send(...parts: readonly Uint8Array[]): void {
    this.#socket.write(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
  }

  end(): void {
    this.#socket.end();
  }

  #deliver(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.length <= this.#length; next = this.#waiting[0]) {
      const all = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received);
      this.#waiting.shift();
      this.#received = [all.subarray(next.length)];
      this.#length -= next.length;
      next.resolve(all.subarray(0, next.length));
    }
  }
}

function numbers(...fields: readonly (readonly [value: number | bigint, width: 2 | 4 | 8])[]): Buffer {
  return Buffer.concat(
    fields.map(([value, width]) => {
      const field = Buffer.alloc(8);
      field.writeBigUInt64BE(BigInt(value));
      return field.subarray(8 - width);
    }),
  );
}

/** True when the client goes on to transmission. */
async function negotiate(connection: Connection): Promise<boolean> {
  const fixedNewstyle = 1;
  const noZeroes = 2;
  connection.send(Buffer.from("NBDMAGIC"), optionMagic, numbers([fixedNewstyle | noZeroes, 2]));
  await connection.take(4);
  for (;;) {
    const option = await connection.take(16);
    const id = option.readUInt32BE(8);
    await connection.take(option.readUInt32BE(12));
    const reply = (type: number, data: Uint8Array = new Uint8Array(0)): void =>
      connection.send(replyMagic, numbers([id, 4], [type, 4], [data.length, 4]), data);
    const [abort, info, go] = [2, 6, 7];
    if (id === abort) return false;
    if (id === info || id === go) {
      // Has flags, can flush.
      reply(3, numbers([0, 2], [medium.byteLength, 8], [1 | 4, 2]));
      reply(1);
      if (id === go) return true;
    } else {
      const unsupported = 0x80000001;
      reply(unsupported);
    }
  }
}

async function serve(connection: Connection): Promise<void> {
  if (!(await negotiate(connection))) return connection.end();
  for (;;) {
    const request = await connection.take(28);
    const command = request.readUInt16BE(6);
    const cookie = request.subarray(8, 16);
    const offset = Number(request.readBigUInt64BE(16));
    const length = request.readUInt32BE(24);
    if (command === commands.disconnect) return connection.end();
    const content = command === commands.write ? await connection.take(length) : undefined;
    const delayMs = word[words.delayMs]!;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const { error, data } = perform(command, offset, length, content);
    connection.send(numbers([0x67446698, 4], [error, 4]), cookie, data);
  }
}

function perform(command: number, offset: number, length: number, content: Buffer | undefined) {
  const none = new Uint8Array(0);
  const operation = operations.findIndex((name) => commands[name] === command);
  const kind = kinds[word[words.kind]!]!;
  const isHit = operation >= 0 && hits(operation);
  const notSupported = 95;
  if (operation < 0) return { error: notSupported, data: none };
  if (isHit && kind !== "corrupt") return { error: errorNumbers[kind], data: none };
  const isLost = fake !== undefined && offset >= fake.capacity;
  if (command === commands.read) {
    const sectors = scratched.subarray(Math.floor(offset / sectorSize), Math.ceil((offset + length) / sectorSize));
    if (sectors.some((sector) => sector !== 0)) return { error: errorNumbers.EIO, data: none };
    if (isLost && fake.kind === "limbo") return { error: 0, data: new Uint8Array(length) };
    const at = isLost ? offset % fake.capacity : offset;
    return { error: 0, data: bytes.subarray(at, at + length) };
  }
  if (content !== undefined && !(isLost && fake.kind === "limbo")) {
    const at = isLost ? offset % fake.capacity : offset;
    content.copy(bytes, at);
    if (isHit) bytes[at + corruptedByte] = corruptedValue;
    written.fill(1, Math.floor(at / chunkSize), Math.ceil((at + length) / chunkSize));
  }
  return { error: 0, data: none };
}

createServer((socket) => void serve(new Connection(socket))).listen(path, () =>
  parentPort!.postMessage("listening", []),
);
