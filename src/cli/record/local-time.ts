/** A moment as ISO 8601 has it, in local time with its distance from UTC: `2026-11-29T08:00:07.123+01:00`. */
export function localIso(ms: number, minutesBehindUtc = new Date(ms).getTimezoneOffset()): string {
  const local = new Date(ms - minutesBehindUtc * millisecondsInMinute).toISOString().replace("Z", "");
  const ahead = Math.abs(minutesBehindUtc);
  return `${local}${minutesBehindUtc > 0 ? "-" : "+"}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

const millisecondsInMinute = 60_000;

const two = (value: number): string => String(value).padStart(2, "0");
