/** Checks of whether an image is what win7usb is for, and whether the disc agrees with itself. */
import type { Win7UsbError } from "../errors.js";
import type { FileTree } from "../tree/index.js";
import { faultyNameWarnings, withoutFaultyNames } from "../volumes/faulty-names.js";
import { chooseFileSystem } from "../volumes/choose-file-system.js";
import type { WindowsIdentity } from "../windows/identity.js";
import type { SuitabilityCode } from "../windows/refusals.js";
import { isAllowed, suitabilityRefusals } from "../windows/refusals.js";
import type { Check } from "./verdict.js";

type Subject = { readonly id: string; readonly sound?: (windows: WindowsIdentity) => string };

/** The check of each refusal. `sound`: its message where nothing is refused; absent where another check says as much. */
const subjects: Readonly<Record<SuitabilityCode, Subject>> = {
  "not-windows-7": { id: "product", sound: ({ product }) => `it holds ${product ?? "no Windows"}` },
  x64: { id: "architecture", sound: ({ architecture }) => `it is ${architecture ?? "unknown"} and starts so` },
  rtm: {
    id: "service-pack",
    sound: ({ build, servicePack }) => `build ${build ?? "unknown"}, service pack ${servicePack ?? "unknown"}`,
  },
  "pre-release": { id: "release" },
  "no-boot-files": { id: "boot-files", sound: () => "it has all that a stick needs to boot and install" },
  "unreadable-boot-wim": { id: "boot-wim-format" },
  "unreadable-wim": { id: "install-wim-format" },
};

/** A check for each of the refusals; what `allow` names is a warning. */
export function suitabilityChecks(windows: WindowsIdentity, tree: FileTree, allow: readonly string[]): Check[] {
  const found = suitabilityRefusals(windows, tree);
  const codes = Object.keys(subjects) as SuitabilityCode[];
  return codes.flatMap((code): Check[] => {
    const { id, sound } = subjects[code];
    const refusal = found.find((candidate) => candidate.code === code);
    const base = { id, kind: "suitability" } as const;
    if (refusal === undefined) {
      return sound === undefined ? [] : [{ ...base, status: "pass", message: sound(windows) }];
    }
    const { message, hint } = refusal;
    if (isAllowed(refusal, allow)) return [{ ...base, status: "warn", code, message: `${message} (allowed)` }];
    return [{ ...base, status: "fail", hint, code, message }];
  });
}

/** A warning for names that a stick cannot have; nothing where there are none. */
export function nameChecks(tree: FileTree): Check[] {
  const { faults } = withoutFaultyNames(tree, chooseFileSystem(tree, "auto").fileSystem);
  const base = { id: "names", kind: "suitability", status: "warn" } as const;
  return faultyNameWarnings(faults).map((warning) => ({ ...base, ...warning }));
}

/** A warning for each contradiction, or one check that there is none. */
export function agreementChecks(windows: WindowsIdentity): Check[] {
  const base = { id: "agreement", kind: "agreement" } as const;
  if (windows.warnings.length === 0) {
    return [{ ...base, status: "pass", message: "label, WIMs and setup files agree with each other" }];
  }
  return windows.warnings.map(({ code, message }) => ({ ...base, status: "warn", code, message }));
}

/** The check that replaces these where the WIMs cannot be read because of `problem`: damage, or an unknown kind of WIM. */
export function productUnknown({ code, message: reason, hint }: Win7UsbError): Check {
  const message = `which Windows it is cannot be told: ${reason}`;
  const base = { id: "product", status: "fail", code, message } as const;
  if (code !== "wim-unsupported") return { ...base, kind: "soundness" };
  return { ...base, kind: "suitability", ...(hint === undefined ? {} : { hint }) };
}
