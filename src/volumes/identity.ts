/**
 * The numbers that tell one volume from another: disk signature and volume serial number. Formatters take them from the
 * clock; here they come from what is laid out (names, sizes, times, label), so that the same image gives the same bytes.
 * Two sticks of the same image therefore carry the same numbers, as two copies of a disc do; a disk signature can be asked for,
 * because Windows takes the second of two disks with one signature offline.
 */
import type { FileTree } from "../tree/index.js";
import { walk } from "../tree/index.js";
import { diskSignatureOf } from "./mbr.js";
import type { DiskPlan } from "./plan.js";

export type Identity = {
  /** Non-zero: Windows writes a signature of its own into a disk that has none. */
  readonly diskSignature: number;
  /** 32 bits, non-zero (FAT volume id). */
  readonly volumeId: number;
  /** 64 bits, non-zero (NTFS volume serial number). */
  readonly volumeSerialNumber: bigint;
};

/** Two 32-bit lanes with a multiply and a xor each, after the FNV-1a scheme; enough to tell volumes apart, no more. */
class Digest {
  #first = 0x811c9dc5;
  #second = 0x9e3779b9;

  word(value: number): void {
    this.#first = Math.imul(this.#first ^ value, 0x01000193);
    this.#second = Math.imul(this.#second ^ value, 0x85ebca6b);
    // Multiplication carries upwards only: fold the high half back so that high bits reach low ones.
    this.#second ^= this.#second >>> 15;
  }

  text(value: string): void {
    // As `word` does, in locals: the paths of a large volume have millions of characters.
    let first = this.#first;
    let second = this.#second;
    for (let index = 0; index < value.length; index += 1) {
      const unit = value.charCodeAt(index);
      first = Math.imul(first ^ unit, 0x01000193);
      second = Math.imul(second ^ unit, 0x85ebca6b);
      second ^= second >>> 15;
    }
    this.#first = first;
    this.#second = second;
    // The length keeps "ab" + "c" apart from "a" + "bc".
    this.word(value.length);
  }

  number(value: number): void {
    this.word(value % 2 ** 32);
    this.word(Math.floor(value / 2 ** 32));
  }

  /** A non-zero 32-bit number for one purpose; other purposes give unrelated ones. */
  result(purpose: string): number {
    const branch = new Digest();
    branch.#first = this.#first;
    branch.#second = this.#second;
    branch.text(purpose);
    const mixed = avalanche(branch.#first ^ avalanche(branch.#second));
    return mixed === 0 ? 1 : mixed;
  }
}

/** Every input bit reaches every output bit (the finishing step of MurmurHash3, public domain). */
function avalanche(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The disk signature of the drive with this serial number: the same for every image. */
export function signatureOfSerial(serial: string): number {
  const digest = new Digest();
  digest.text(serial);
  return digest.result("disk signature");
}

/** 16 bytes that stand for all that a plan lays out: disks with the same files, times and numbers have the same. */
export function identifierOf(plan: DiskPlan): Uint8Array {
  const digest = new Digest();
  for (const text of [plan.fileSystem, plan.label]) digest.text(text);
  for (const number of [plan.diskSize, plan.clusterSize, diskSignatureOf(plan)]) digest.number(number);
  for (const { path, size, modified, runs } of plan.files) {
    digest.text(path);
    for (const number of [size, modified ?? 0, runs[0]?.offset ?? 0]) digest.number(number);
  }
  const identifier = new DataView(new ArrayBuffer(16));
  for (let word = 0; word < 4; word += 1) identifier.setUint32(word * 4, digest.result(`identifier, word ${word}`));
  return new Uint8Array(identifier.buffer);
}

/** The identity of a volume that holds `tree` under `label`; `signature` in the place of its disk signature. */
export function identityOf(tree: FileTree, label: string, signature?: number): Identity {
  const digest = new Digest();
  digest.text(label);
  for (const { path, node } of walk(tree)) {
    digest.text(path);
    digest.number(node.kind === "file" ? node.size : -1);
    digest.number(node.times.modified ?? 0);
    digest.number(node.times.created ?? 0);
  }
  const serial = (BigInt(digest.result("serial, high")) << 32n) | BigInt(digest.result("serial, low"));
  return {
    diskSignature: signature ?? digest.result("disk signature"),
    volumeId: digest.result("volume id"),
    volumeSerialNumber: serial,
  };
}
