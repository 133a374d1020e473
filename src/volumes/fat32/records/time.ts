/**
 * FAT date and time: two 16-bit words, years from 1980 to 2107, two-second steps, and one byte of hundredths of a second
 * for the creation time alone (fatgen103, "Date and Time Formats"). FAT keeps local time without saying which; win7usb
 * writes UTC, because the image is one and the places it is written at are many.
 */
export type FatTime = {
  readonly date: number;
  readonly time: number;
  /** Hundredths of a second to add to the two-second step, 0 to 199. */
  readonly hundredths: number;
};

const msPerDay = 86_400_000;
const earliest = Date.UTC(1980, 0, 1);
const latest = Date.UTC(2107, 11, 31, 23, 59, 59, 990);

/** 1980-01-01T00:00:00: what an entry carries whose time the image does not record. */
export const noTime: FatTime = { date: (1 << 5) | 1, time: 0, hundredths: 0 };

/** An instant in milliseconds since 1970 as FAT keeps it; times outside 1980 to 2107 become the nearest that it can. */
export function fatTime(instant: number): FatTime {
  const ms = Math.min(Math.max(Math.floor(instant), earliest), latest);
  const { year, month, day } = civilDate(Math.floor(ms / msPerDay));
  const inDay = ms % msPerDay;
  const seconds = Math.floor(inDay / 1000);
  const time =
    (Math.floor(seconds / 3600) << 11) | (Math.floor((seconds % 3600) / 60) << 5) | Math.floor((seconds % 60) / 2);
  return {
    date: ((year - 1980) << 9) | (month << 5) | day,
    time,
    hundredths: (seconds % 2) * 100 + Math.floor((inDay % 1000) / 10),
  };
}

/** The Gregorian date of a day counted from 1970-01-01. Years are counted from March, so that leap days come last. */
function civilDate(day: number): { year: number; month: number; day: number } {
  const daysPerEra = 146_097;
  const shifted = day + 719_468;
  const era = Math.floor(shifted / daysPerEra);
  const dayOfEra = shifted - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}
