/**
 * Frameworks that drivers are built on, as "KMDF Version History" and "UMDF Version History" of Microsoft's documentation
 * have them: Windows 7 and its Windows PE come with 1.9, 1.11 is the last that was made for it and comes by a co-installer
 * or an update, and neither works in Windows PE.
 */
import type { DriverRefusal, DriverWarning, SetupRefusal } from "./findings.js";
import type { DriverFramework } from "./inf/install.js";
import { compareVersions } from "./target.js";

/** What Windows 7 comes with, both of KMDF and of UMDF. */
const included = { major: 1, minor: 9 };
/** The last that there is for Windows 7. */
const last = { major: 1, minor: 11 };

/** Redistributables that bring a framework: WdfCoInstaller01011.dll, WUDFUpdate_01011.dll. */
const redistributable = /^(?:wdfcoinstaller|wudfupdate_)/i;

export type FrameworkFindings = {
  readonly refusals: readonly DriverRefusal[];
  readonly setupRefusals: readonly SetupRefusal[];
  readonly warnings: readonly DriverWarning[];
};

export function judgeFrameworks(
  frameworks: readonly DriverFramework[],
  coInstallers: readonly string[],
): FrameworkFindings {
  const refusals: DriverRefusal[] = [];
  const setupRefusals: SetupRefusal[] = [];
  const warnings: DriverWarning[] = [];
  const brings = coInstallers.some((file) => redistributable.test(file));
  for (const { kind: framework, version } of distinct(frameworks)) {
    const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
    const wanted = { major: Number(major), minor: Number(minor) };
    if (major === undefined || compareVersions(wanted, included) <= 0) continue;
    if (compareVersions(wanted, last) > 0) {
      refusals.push({ code: "framework-unsupported", framework, version });
      continue;
    }
    setupRefusals.push({ code: "framework-newer", framework, version });
    if (!brings) warnings.push({ code: "framework-not-included", framework, version });
  }
  return { refusals, setupRefusals, warnings };
}

function distinct(frameworks: readonly DriverFramework[]): DriverFramework[] {
  return [...new Map(frameworks.map((each) => [`${each.kind} ${each.version}`, each])).values()];
}
