/** Whether Microsoft still supports what the image installs, and what that means. The caller gives the time. */
import type { WindowsIdentity } from "./identity.js";
import { preRelease } from "./pre-release.js";
import { windows7 } from "./product.js";

export type SupportStatus = {
  readonly status: "supported" | "extended-security-updates" | "ended" | "unknown";
  /** Instants in milliseconds since 1970 at which support ends, null where it is not known. */
  readonly supportEnd: number | null;
  readonly extendedSecurityUpdatesEnd: number | null;
  /** One sentence for a person. */
  readonly message: string;
};

/** Last day of support; a date means its whole day, so the end is the next day's start. */
const endOfDay = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day + 1);

const rtmSupportEnd = endOfDay(2013, 4, 9);
const sp1SupportEnd = endOfDay(2020, 1, 14);
const sp1SecurityUpdatesEnd = endOfDay(2023, 1, 10);

/** `now` in milliseconds since 1970. */
export function supportStatus(identity: WindowsIdentity, now: number): SupportStatus {
  if (identity.product !== windows7) {
    const message = `Support dates are known for ${windows7} only.`;
    return { status: "unknown", supportEnd: null, extendedSecurityUpdatesEnd: null, message };
  }
  if (preRelease(identity) !== null) {
    const message = "A pre-release was never supported, and stops working at a date that has passed.";
    return { status: "ended", supportEnd: null, extendedSecurityUpdatesEnd: null, message };
  }
  const hasServicePack = (identity.servicePack ?? 0) >= 1;
  const supportEnd = hasServicePack ? sp1SupportEnd : rtmSupportEnd;
  const extendedSecurityUpdatesEnd = hasServicePack ? sp1SecurityUpdatesEnd : null;
  const ends = { supportEnd, extendedSecurityUpdatesEnd };
  if (now < supportEnd) return { status: "supported", ...ends, message: "Microsoft supports it with updates." };
  if (extendedSecurityUpdatesEnd !== null && now < extendedSecurityUpdatesEnd) {
    const message = "Support ended on 2020-01-14; paid security updates run until 2023-01-10.";
    return { status: "extended-security-updates", ...ends, message };
  }
  const message = hasServicePack
    ? "Support ended on 2020-01-14 and paid security updates on 2023-01-10: keep it off the internet, or isolate it."
    : "Support without a service pack ended on 2013-04-09: install Service Pack 1, and keep it off the internet.";
  return { status: "ended", ...ends, message };
}
