/** What becomes of a machine, for people: one sentence, then a table of its devices, then what else to know. */
import { agreeing, count, formatSize } from "../../bytes/amounts.js";
import type { DeviceKind } from "../../machine/device.js";
import { deviceLabel } from "../../machine/device.js";
import type { DeviceService, JudgedDevice } from "../../machine/judge-machine.js";
import { isNeededInSetup } from "../../machine/judge-machine.js";
import type { MachineInspection } from "../../steps/inspect-machine.js";
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import type { Style } from "../style.js";
import type { Fact } from "./fact-sheet.js";
import { factLines } from "./fact-sheet.js";
import { table } from "./table.js";

const kindWords: Readonly<Record<DeviceKind, string>> = {
  "usb-controller": "USB",
  storage: "storage",
  input: "keyboard or mouse",
  network: "network",
  display: "display",
  audio: "sound",
  system: "board",
  other: "other",
};

const tones = { ready: "good", incomplete: "warning", unknown: "warning", dead: "bad" } as const;

export function machineText(inspection: MachineInspection, verbose: boolean, style: Style, columns: number): string {
  const { verdict, summary, devices, warnings } = inspection;
  const shown = devices.filter(({ kind }) => verbose || kind !== "system");
  const rows = shown.map((device) => [
    kindWords[device.kind],
    deviceLabel(device),
    device.setup.driver === null && !isNeededInSetup(device.kind) ? "-" : serviceWords(device.setup),
    serviceWords(device.windows),
  ]);
  return [
    `${style[tones[verdict]](wrap(printable(summary), columns))}\n\n`,
    factLines(facts(inspection), style, columns),
    ...(rows.length === 0 ? [] : ["\n", table(["FOR", "DEVICE", "IN SETUP", "IN WINDOWS"], rows, style, columns)]),
    ...(verbose ? [] : boardLine(devices, columns)),
    ...warnings.map(({ code, message }) => {
      return `\n${wrap(`${style.warning("warning:")} ${printable(message)} [${code}]`, columns, "  ")}\n`;
    }),
    ...(verbose ? devices.map((device) => idLines(device, style, columns)) : []),
    ...advice(inspection, columns),
  ].join("");
}

function facts({ image, windows, machine, systems, drivers }: MachineInspection): Fact[] {
  const { name, memory, path, formats } = machine;
  const listing = `${printable(path ?? "a listing")} (${formats.join(", ")})`;
  const edition = [windows.product ?? "Windows", windows.architecture ?? "", windows.edition ?? ""]
    .filter(Boolean)
    .join(" ");
  const infs = [systems.setup, systems.windows].flatMap((system) =>
    system === null ? [] : [`${count(system.infs, "INF")} in image ${system.index} of ${system.path}`],
  );
  return [
    ["machine", name === null ? listing : `${printable(name)}, by ${listing}`],
    ...(memory === null ? [] : [["memory", `${formatSize(memory)} or a little more`] as const]),
    ["windows", printable(`${edition}, ${image.path}`)],
    ...(infs.length === 0 ? [] : [["its drivers", printable(infs.join(", "))] as const]),
    ...drivers.map(({ path: folder, packages, forWindows, forSetup }): Fact => {
      const loaded = `${forWindows} of ${count(packages, "package")} for Windows, ${forSetup} for Setup`;
      return ["added", `${printable(folder)}: ${loaded}`];
    }),
  ];
}

/** `usbehci (usbport.inf)`, or why there is none. */
function serviceWords({ state, driver }: DeviceService): string {
  if (driver === null) {
    return { served: "?", none: "no driver", unreachable: "out of reach", unknown: "not known" }[state];
  }
  const inf = driver.origin === "package" ? driver.inf : driver.inf.replace(/^.*\//, "");
  return `${driver.service ?? "needs none"} (${inf})${driver.origin === "package" ? ", added" : ""}`;
}

/** What makes the board, in one line. */
function boardLine(devices: readonly JudgedDevice[], columns: number): string[] {
  const board = devices.filter(({ kind }) => kind === "system");
  if (board.length === 0) return [];
  const without = board.filter(({ windows }) => windows.driver === null).length;
  const rest = without === 0 ? "" : `; Windows has nothing for ${without} of them, which seldom matters`;
  const verb = agreeing(board.length, "makes", "make");
  return [
    `\n${wrap(`${count(board.length, "other device")} ${verb} the board (bridges, memory and the like)${rest}.`, columns)}\n`,
  ];
}

function idLines(device: JudgedDevice, style: Style, columns: number): string {
  const { hardwareIds, compatibleIds, setup, windows } = device;
  const matched = [setup.driver, windows.driver].map((driver) => driver?.matchedId);
  const lines = [...new Set([...hardwareIds, ...compatibleIds])].map((id) => {
    const by = ["Setup", "Windows"].filter((_, at) => matched[at] === id).join(" and ");
    return wrap(`  ${printable(id)}${by === "" ? "" : `  (by this in ${by})`}`, columns, "    ");
  });
  return `\n${style.strong(printable(deviceLabel(device)))}\n${lines.map((line) => `${line}\n`).join("")}`;
}

/** What to do next. */
function advice({ verdict, devices, drivers, windows }: MachineInspection, columns: number): string[] {
  const isMissing = devices.some((device) => device.kind !== "system" && device.windows.state === "none");
  if (!isMissing && verdict !== "dead") return [];
  const again = drivers.length === 0 ? "--drivers <folder>" : "other folders as --drivers";
  const bits = windows.architecture === "x64" ? 64 : 32;
  const text = `Look for the vendors' drivers for Windows 7, ${bits}-bit, unpack them, and ask again with ${again}.`;
  return [`\n${wrap(text, columns)}\n`];
}
