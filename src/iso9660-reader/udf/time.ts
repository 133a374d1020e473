/** ECMA-167 1/7.3 timestamps as instants. */
import type { Field } from "../../bytes/record.js";
import { instantOf } from "../time.js";
import { timestamp } from "./fields.js";

/** The type in the upper 4 bits: 0 is UTC, 1 local time with the offset of the lower 12 bits, two's complement. */
const typeShift = 12;
const coordinatedUniversalTime = 0;
const localTime = 1;
const offsetMask = 0xfff;
/** ECMA-167 1/7.3.1: the offset that says that there is none. */
const offsetNotSpecified = -2047;

const { fields } = timestamp;

/**
 * A timestamp as milliseconds since 1970-01-01T00:00:00Z, undefined where none is recorded. Microseconds are cut. It is
 * written as local time with an offset of 0.
 */
export const instantField = (offset: number): Field<number | undefined> => ({
  offset,
  width: timestamp.size,
  // Part by part, because there are three timestamps in each File Entry.
  read(view, start) {
    const at = start + offset;
    const typeAndTimeZone = fields.typeAndTimeZone.read(view, at);
    const signed = (typeAndTimeZone << 20) >> 20;
    const isUtc = typeAndTimeZone >>> typeShift === coordinatedUniversalTime || signed === offsetNotSpecified;
    // Writers leave junk in the parts below a second; a bad fraction does not unmake the time.
    const centiseconds = fields.centiseconds.read(view, at);
    const hundredsOfMicroseconds = fields.hundredsOfMicroseconds.read(view, at);
    const isFraction = centiseconds < 100 && hundredsOfMicroseconds < 100;
    return instantOf({
      year: fields.year.read(view, at),
      month: fields.month.read(view, at),
      day: fields.day.read(view, at),
      hour: fields.hour.read(view, at),
      minute: fields.minute.read(view, at),
      second: fields.second.read(view, at),
      millisecond: isFraction ? centiseconds * 10 + Math.floor(hundredsOfMicroseconds / 10) : 0,
      offset: isUtc ? 0 : signed,
    });
  },
  write(view, at, instant) {
    if (instant === undefined) return;
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    timestamp.patch(bytes, at + offset, timestampOf(instant, 0));
  },
});

/** ECMA-167 1/7.3: local time `minutes` ahead of UTC. */
function timestampOf(instant: number, minutes: number) {
  const local = new Date(instant + minutes * 60_000);
  return {
    typeAndTimeZone: (localTime << typeShift) | (minutes & offsetMask),
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    centiseconds: Math.floor(local.getUTCMilliseconds() / 10),
    hundredsOfMicroseconds: (local.getUTCMilliseconds() % 10) * 10,
    microseconds: 0,
  };
}
