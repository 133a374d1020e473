/** The two forms of time in ECMA-119 as instants. */
import { instantOf } from "../time.js";
import { recordingTime, volumeTime } from "./records.js";

const minutesOfOffsetUnit = 15;
const firstYear = 1900;

/** 7 bytes (ECMA-119 9.1.5) as milliseconds since 1970-01-01T00:00:00Z; undefined where none is recorded. */
export function instantOfRecordingTime(bytes: Uint8Array): number | undefined {
  const { year, offset, ...rest } = recordingTime.decode(bytes);
  return instantOf({ ...rest, year: firstYear + year, millisecond: 0, offset: offset * minutesOfOffsetUnit });
}

/** 17 bytes (ECMA-119 8.4.26.1), digits in text, as milliseconds since 1970-01-01T00:00:00Z; undefined likewise. */
export function instantOfVolumeTime(bytes: Uint8Array): number | undefined {
  const { offset, ...digits } = volumeTime.decode(bytes);
  if (!Object.values(digits).every((text) => /^\d+$/.test(text))) return undefined;
  return instantOf({
    year: Number(digits.year),
    month: Number(digits.month),
    day: Number(digits.day),
    hour: Number(digits.hour),
    minute: Number(digits.minute),
    second: Number(digits.second),
    millisecond: Number(digits.hundredths) * 10,
    offset: offset * minutesOfOffsetUnit,
  });
}
