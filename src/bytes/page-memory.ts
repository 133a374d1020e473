/**
 * Memory that begins on a page boundary, as direct transfers ask for. Node has no call for it, but a WebAssembly memory
 * is mapped in whole pages, and Node's fs takes views of its buffer as they are, shared between threads or not.
 */

/** As much as is used of what every JavaScript engine has; TypeScript declares it with the browser's types only. */
declare const WebAssembly: {
  readonly Memory: new <Shared extends boolean>(limits: {
    initial: number;
    maximum: number;
    shared: Shared;
  }) => { readonly buffer: Shared extends true ? SharedArrayBuffer : ArrayBuffer };
};

/** WebAssembly's page, in bytes (WebAssembly core specification 4.2.8): a multiple of every processor's own. */
export const memoryPage = 65536;

/** Zeroed memory of `length` bytes, its address a multiple of the processor's page; a few large ones, not many small. */
export function pageMemory(length: number): Uint8Array<ArrayBuffer> {
  const pages = Math.ceil(length / memoryPage);
  return new Uint8Array(new WebAssembly.Memory({ initial: pages, maximum: pages, shared: false }).buffer, 0, length);
}

/** The same, but threads that are sent a view of it see these very bytes. */
export function sharedPageMemory(length: number): Uint8Array<SharedArrayBuffer> {
  const pages = Math.ceil(length / memoryPage);
  return new Uint8Array(new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer, 0, length);
}
