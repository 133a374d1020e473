/** As much of WebAssembly as is used; TypeScript declares it with the browser's types only. */

export type WasmMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number };

type WasmModule = object;

type WasmNamespace = {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule) => { readonly exports: unknown };
};

declare const WebAssembly: WasmNamespace;

/** WebAssembly core specification 4.2.8: memory grows by pages of this many bytes. */
const wasmPage = 65536;

/** Grows memory to `size` bytes at least, which detaches views that were made before. */
export function growTo(memory: WasmMemory, size: number): void {
  const missing = Math.ceil(size / wasmPage) - memory.buffer.byteLength / wasmPage;
  if (missing > 0) memory.grow(missing);
}

/** Compiles bytes that are our own; what is wrong with them is a fault of win7usb. */
export function compileWasm(bytes: Uint8Array): WasmModule {
  return new WebAssembly.Module(bytes);
}

export function instantiateWasm(module: WasmModule): unknown {
  return new WebAssembly.Instance(module).exports;
}
