/** What is wrong with a hive that is to be edited; what it is to hold and cannot is a RangeError. */
import { Win7UsbError } from "../errors.js";

/** `name` is how messages call the hive. */
export type HiveLocation = { readonly name: string };

type HiveCode = "hive-damaged" | "hive-dirty" | "hive-unsupported";

const hints: Readonly<Record<HiveCode, string>> = {
  "hive-damaged":
    "The image is damaged, or was altered with a tool that writes hives of its own kind: take an untouched one.",
  "hive-dirty": "The image was altered and not closed: take an untouched one, or unmount it with what mounted it.",
  "hive-unsupported": "Take an untouched image.",
};

export function hiveError(code: HiveCode, { name }: HiveLocation, text: string): Win7UsbError {
  return new Win7UsbError(code, `${name}: ${text}`, { hint: hints[code] });
}
