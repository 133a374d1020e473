/**
 * FAT date and time: two 16-bit words, years from 1980 to 2107, two-second steps, and one byte of hundredths of a second
 * for the creation time alone (FAT32 specification, "Date and Time Formats"). FAT keeps local time without saying which; win7usb
 * writes UTC, because the image is one and the places it is written at are many.
 */
export type FatTime = {
  readonly date: number;
  readonly time: number;
  /** Hundredths of a second to add to the two-second step, 0 to 199. */
  readonly hundredths: number;
};

const earliest = Date.UTC(1980, 0, 1);
const latest = Date.UTC(2107, 11, 31, 23, 59, 59, 990);

/** 1980-01-01T00:00:00: what an entry carries whose time the image does not record. */
export const noTime: FatTime = { date: (1 << 5) | 1, time: 0, hundredths: 0 };

/** The instant that a date and a time tell, in milliseconds since 1970; undefined where there is none, or none that a calendar has. */
export function instantOfFat({ date, time, hundredths }: FatTime): number | undefined {
  if (date === 0 || (date === noTime.date && time === noTime.time && hundredths === 0)) return undefined;
  const [year, month, day] = [1980 + (date >>> 9), ((date >>> 5) & 0xf) - 1, date & 0x1f];
  const [hours, minutes, seconds] = [time >>> 11, (time >>> 5) & 0x3f, (time & 0x1f) * 2];
  const instant = Date.UTC(year, month, day, hours, minutes, seconds, hundredths * 10);
  return Number.isNaN(instant) ? undefined : instant;
}

/** An instant in milliseconds since 1970 as FAT keeps it; times outside 1980 to 2107 become the nearest that it can. */
export function fatTime(instant: number): FatTime {
  const ms = Math.min(Math.max(Math.floor(instant), earliest), latest);
  const utc = new Date(ms);
  const seconds = utc.getUTCSeconds();
  return {
    date: ((utc.getUTCFullYear() - 1980) << 9) | ((utc.getUTCMonth() + 1) << 5) | utc.getUTCDate(),
    time: (utc.getUTCHours() << 11) | (utc.getUTCMinutes() << 5) | (seconds >>> 1),
    hundredths: (seconds % 2) * 100 + Math.floor(utc.getUTCMilliseconds() / 10),
  };
}
