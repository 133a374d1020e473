/** ECMA-167 1/7.3 timestamps as instants. */
import { instantOf } from "../time.js";
import type { Timestamp } from "./fields.js";

/** The type in the upper 4 bits: 0 is UTC, 1 local time with the offset of the lower 12 bits. */
const typeShift = 12;
const coordinatedUniversalTime = 0;
/** ECMA-167 1/7.3.1: the offset that says that there is none. */
const offsetNotSpecified = -2047;

/** Milliseconds since 1970-01-01T00:00:00Z, undefined where none is recorded. Microseconds are cut. */
export function instantOfTimestamp(stamp: Timestamp): number | undefined {
  const signed = (stamp.typeAndTimeZone << 20) >> 20;
  const isUtc = stamp.typeAndTimeZone >>> typeShift === coordinatedUniversalTime || signed === offsetNotSpecified;
  // Other writers leave junk in the parts below a second; a bad fraction does not unmake the time.
  const fraction = stamp.centiseconds * 10 + Math.floor(stamp.hundredsOfMicroseconds / 10);
  const millisecond = stamp.centiseconds > 99 || stamp.hundredsOfMicroseconds > 99 ? 0 : fraction;
  return instantOf({ ...stamp, millisecond, offset: isUtc ? 0 : signed });
}
