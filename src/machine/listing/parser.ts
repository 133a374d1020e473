/** What every kind of listing is read by: lines are offered to each parser until one takes it. */
import type { Device, ListingFormat } from "../device.js";
import { deviceNameLimit } from "../limits.js";

export type ListingParser = {
  readonly format: ListingFormat;
  /** Devices so far, so that their number is bounded. */
  readonly count: number;
  /** Whether the line is one of this listing. */
  take(line: string): boolean;
  devices(): Device[];
};

/** A listing's name of a device, of bounded length; null where it is empty. */
export function nameOf(text: string | undefined): string | null {
  const name = (text ?? "").trim().replaceAll(/\s+/g, " ").slice(0, deviceNameLimit);
  return name === "" ? null : name;
}
