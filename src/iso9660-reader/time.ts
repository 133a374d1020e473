/** Calendar fields of an image as an instant; what is no date of the calendar counts as not recorded. */

type CalendarTime = {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** Minutes that local time is ahead of UTC. */
  readonly offset: number;
};

/** Before it there are no digital discs; and Date takes years below 100 for others. */
const firstYear = 1900;
const lastYear = 9999;
const minuteInMs = 60_000;

/** Milliseconds since 1970-01-01T00:00:00Z, undefined where a field is out of its range. */
export function instantOf(time: CalendarTime): number | undefined {
  const { year, month, day, hour, minute, second, millisecond, offset } = time;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  if (year < firstYear || year > lastYear || Math.abs(offset) > 24 * 60 || millisecond > 999) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offset * minuteInMs;
}
