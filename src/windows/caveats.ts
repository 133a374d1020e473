/** What a person should know before starting Setup on a machine, as short sentences with a name for scripts. */
import type { WindowsIdentity } from "./identity.js";
import { windows7 } from "./product.js";

export type Caveat = { readonly code: string; readonly message: string };

type Rule = Caveat & { applies(identity: WindowsIdentity): boolean };

const isX86 = ({ architecture }: WindowsIdentity): boolean => architecture === "x86" || architecture === "mixed";
const always = (): boolean => true;

const rules: readonly Rule[] = [
  {
    code: "bios-only",
    message: "It starts through BIOS or a UEFI's legacy mode (CSM) only, never through UEFI itself or Secure Boot.",
    applies: isX86,
  },
  {
    code: "no-usb3",
    message:
      "It has no USB 3 drivers: use a USB 2 port, or keyboard, mouse and the stick are gone once Setup has started. " +
      "Setup then asks for a missing CD/DVD drive device driver.",
    applies: always,
  },
  {
    code: "no-nvme",
    message: "It has no NVMe drivers: Setup does not see such a disk (KB2990941 and KB3087873 add them).",
    applies: always,
  },
  {
    code: "memory-4gib",
    message: "As a 32-bit system it uses at most 4 GiB of memory (Starter: 2 GiB).",
    applies: isX86,
  },
  {
    code: "sha2-updates",
    message: "Updates since July 2019 are signed with SHA-2: install KB4490628 and KB4474419 first.",
    applies: always,
  },
  {
    code: "isolate",
    message: "It gets no security updates any more: keep it off the internet, or isolate it.",
    applies: always,
  },
];

/** The caveats that apply to an image; none for what is not Windows 7. */
export function caveats(identity: WindowsIdentity): Caveat[] {
  if (identity.product !== windows7) return [];
  return rules.filter((rule) => rule.applies(identity)).map(({ code, message }) => ({ code, message }));
}
