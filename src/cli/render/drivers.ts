/** Packages of drivers for people: how many will do, a table of them, and what was found of each; and as JSON. */
import type { DriverPackage, DriverPurpose, DriverVerdict } from "../../drivers/index.js";
import type { DriverInspection } from "../../steps/inspect-drivers.js";
import { printable } from "../escape.js";
import { count, formatSize } from "../../bytes/amounts.js";
import { wrap } from "../format.js";
import type { Style } from "../style.js";
import type { DriverFinding } from "./driver-findings.js";
import { findingSentence } from "./driver-findings.js";
import { table } from "./table.js";

const verdictWords: Readonly<Record<DriverVerdict, string>> = {
  fits: "fits",
  "installed-only": "installed Windows only",
  refused: "refused",
};
const purposeWords: Readonly<Record<DriverPurpose, string>> = {
  usb: "USB",
  storage: "storage",
  input: "keyboard or mouse",
  network: "network",
  other: "other",
};

/** Ids that are shown of each package with `verbose`. */
const shownDevices = 20;

export function driversText(inspection: DriverInspection, verbose: boolean, style: Style, columns: number): string {
  const { packages } = inspection;
  const rows = packages.map((each) => [
    each.inf,
    purposeWords[each.purpose],
    each.provider ?? "-",
    [each.version, each.date].filter((text) => text !== null).join(", ") || "-",
    verdictWords[each.verdict],
  ]);
  return [
    `${style.strong(wrap(headlineOf(inspection), columns))}\n\n`,
    table(["INF", "FOR", "PROVIDER", "VERSION", "VERDICT"], rows, style, columns),
    ...packages.map((each) => packageText(each, inspection.architecture, verbose, style, columns)),
  ].join("");
}

/** `3 packages for Windows 7 x86 in /drivers: 1 fits, 1 for the installed Windows only, 1 refused`. */
function headlineOf({ folder, architecture, packages }: DriverInspection): string {
  const counts = (Object.keys(verdictWords) as DriverVerdict[]).flatMap((verdict) => {
    const number = packages.filter((each) => each.verdict === verdict).length;
    return number === 0 ? [] : [`${number} ${number > 1 && verdict === "fits" ? "fit" : headlineWords[verdict]}`];
  });
  return `${count(packages.length, "package")} of drivers in ${printable(folder.path)}, for Windows 7 ${architecture}: ${counts.join(", ")}`;
}

const headlineWords: Readonly<Record<DriverVerdict, string>> = {
  fits: "fits",
  "installed-only": "for the installed Windows only",
  refused: "refused",
};

/** Empty where there is nothing to tell. */
function packageText(
  each: DriverPackage,
  architecture: string,
  verbose: boolean,
  style: Style,
  columns: number,
): string {
  const line = (word: string, finding: DriverFinding): string =>
    wrap(`  ${word} ${printable(findingSentence(finding, architecture))} [${finding.code}]`, columns, "    ");
  const lines = [
    ...each.refusals.map((finding) => line(style.bad("refused:"), finding)),
    ...each.setupRefusals.map((finding) => line(style.warning("not in Setup:"), finding)),
    ...each.warnings.map((finding) => line(style.warning("warning:"), finding)),
    ...(verbose ? detailLines(each).map((text) => wrap(`  ${printable(text)}`, columns, "    ")) : []),
  ];
  return lines.length === 0
    ? ""
    : `\n${style.strong(printable(each.inf))}\n${lines.map((text) => `${text}\n`).join("")}`;
}

function detailLines({ class: name, devices, services, frameworks, files, catalog, size }: DriverPackage): string[] {
  const ids = devices.map(({ description, hardwareId, compatibleIds }) =>
    [`device: ${description}`, hardwareId ?? [], compatibleIds].flat().join(", "),
  );
  const more = ids.length > shownDevices ? [`and ${count(ids.length - shownDevices, "other device")}`] : [];
  return [
    `class: ${name ?? "none"}`,
    ...ids.slice(0, shownDevices),
    ...more,
    ...services.map(
      ({ name: service, binary, startType }) =>
        `service: ${service}, ${binary ?? "no file"}, start ${startType ?? "?"}`,
    ),
    ...frameworks.map(({ kind, version }) => `framework: ${kind.toUpperCase()} ${version}`),
    ...files.map((file) => `file: ${file.path}, ${formatSize(file.size)}`),
    ...(catalog === null ? [] : [`catalog: ${catalog}`]),
    `in all: ${formatSize(size)}`,
  ];
}

/** What `--json` tells. */
export function driversJson(inspection: DriverInspection): Record<string, unknown> {
  const { folder, architecture, packages } = inspection;
  const told = (findings: readonly DriverFinding[]) =>
    findings.map(({ code, ...data }) => ({
      code,
      message: findingSentence({ code, ...data } as DriverFinding, architecture),
      data,
    }));
  return {
    schema: 1,
    folder,
    architecture,
    packages: packages.map((each) => ({
      ...each,
      refusals: told(each.refusals),
      setupRefusals: told(each.setupRefusals),
      warnings: told(each.warnings),
    })),
  };
}
