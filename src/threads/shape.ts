/**
 * Type guards for messages from other threads. A structured clone has no static type, and a thread of another build may
 * send something else, so each message is checked once, on arrival.
 */

export type Guard<T> = (value: unknown) => value is T;

export const isNumber: Guard<number> = (value) => typeof value === "number";
export const isText: Guard<string> = (value) => typeof value === "string";
export const isBytes: Guard<Uint8Array> = (value) => value instanceof Uint8Array;
export const isCounts: Guard<Uint32Array> = (value) => value instanceof Uint32Array;
export const isBuffer: Guard<ArrayBuffer> = (value) => value instanceof ArrayBuffer;

export function exactly<T extends string>(wanted: T): Guard<T> {
  return (value): value is T => value === wanted;
}

export function orNull<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

export function arrayOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(guard);
}

/** An object that has these fields, whatever else it has. */
export function objectOf<T extends object>(fields: { readonly [K in keyof T]-?: Guard<T[K]> }): Guard<T> {
  const guards = Object.entries<(value: unknown) => boolean>(fields);
  return (value): value is T =>
    typeof value === "object" && value !== null && guards.every(([name, guard]) => guard(Reflect.get(value, name)));
}

/** Returns `value` with the guard's type; throws a TypeError that names `what` where the guard rejects it. */
export function expectShape<T>(value: unknown, guard: Guard<T>, what: string): T {
  if (guard(value)) return value;
  throw new TypeError(`${what} is not what it must be: win7usb's own files are of different versions`);
}
