/** Checks of whether an image is what win7usb is for, and whether the disc agrees with itself. */
import type { FileTree } from "../tree/index.js";
import type { WindowsIdentity } from "../windows/identity.js";
import type { SuitabilityCode } from "../windows/refusals.js";
import { suitabilityRefusals } from "../windows/refusals.js";
import type { Check } from "./verdict.js";

/** One check for each refusal, and what it says where there is nothing to refuse. */
const subjects: Readonly<Record<SuitabilityCode, { id: string; sound: (windows: WindowsIdentity) => string }>> = {
  "not-windows-7": { id: "product", sound: ({ product }) => `it holds ${product ?? "no Windows"}` },
  x64: { id: "architecture", sound: ({ architecture }) => `it is ${architecture ?? "unknown"} and starts so` },
  rtm: {
    id: "service-pack",
    sound: ({ build, servicePack }) => `build ${build ?? "unknown"}, service pack ${servicePack ?? "unknown"}`,
  },
  "no-boot-files": { id: "boot-files", sound: () => "it has all that a stick needs to boot and install" },
};

/** A check for each of the refusals; what `allow` names is a warning. */
export function suitabilityChecks(windows: WindowsIdentity, tree: FileTree, allow: readonly string[]): Check[] {
  const found = suitabilityRefusals(windows, tree);
  const codes = Object.keys(subjects) as SuitabilityCode[];
  return codes.map((code): Check => {
    const { id, sound } = subjects[code];
    const refusal = found.find((candidate) => candidate.code === code);
    const base = { id, kind: "suitability" } as const;
    if (refusal === undefined) return { ...base, status: "pass", message: sound(windows) };
    const isAllowed = allow.includes(code);
    const message = isAllowed ? `${refusal.message} (allowed)` : refusal.message;
    return { ...base, ...(isAllowed ? { status: "warn" } : { status: "fail", hint: refusal.hint }), code, message };
  });
}

/** A warning for each contradiction, or one check that there is none. */
export function agreementChecks(windows: WindowsIdentity): Check[] {
  const base = { id: "agreement", kind: "agreement" } as const;
  if (windows.warnings.length === 0) {
    return [{ ...base, status: "pass", message: "label, WIMs and setup files agree with each other" }];
  }
  return windows.warnings.map(({ code, message }) => ({ ...base, status: "warn", code, message }));
}
