/** What would be written, before the question and for `--dry-run`: the image, each target, and the plan. */
import type { OpenedImage } from "../../steps/open-image.js";
import type { PreparedWrite } from "../../steps/prepare-write.js";
import { count, formatSize, printable, wrap } from "../format.js";
import type { Style } from "../style.js";
import type { Fact } from "./fact-sheet.js";
import { driveFacts, factLines } from "./fact-sheet.js";

const fileSystemNames = { fat32: "FAT32", ntfs: "NTFS" } as const;

export function planText(opened: OpenedImage, prepared: PreparedWrite, style: Style, columns: number): string {
  const { windows } = opened;
  const { plan } = prepared;
  const pack = windows.servicePack ? ` SP${windows.servicePack}` : "";
  const product = [`${windows.product ?? "unknown"}${windows.edition === null ? "" : ` ${windows.edition}`}${pack}`];
  const what = [...product, windows.architecture ?? "", ...windows.languages].filter((word) => word !== "").join(", ");
  const facts: Fact[] = [
    ["image", `${printable(opened.path)}, ${formatSize(opened.size)}`],
    ["holds", style.strong(printable(what))],
  ];
  for (const target of prepared.targets) {
    if (target.kind === "drive") facts.push(...driveFacts(target.drive, style));
    else if (target.kind === "image-file")
      facts.push(["image file", `${style.strong(printable(target.path))}${target.exists ? " (replaced)" : ""}`]);
  }
  facts.push(
    ["file system", `${fileSystemNames[plan.fileSystem]}, ${labelWords(prepared)}: ${prepared.reason}`],
    ["writes", `${formatSize(bytesToWrite(prepared))} in ${count(plan.files.length, "file")}`],
  );
  const warnings = warningsOf(opened, prepared);
  const lines = warnings.map(
    (warning) => `${wrap(`${style.warning("warning:")} ${printable(warning.message)}`, columns, "  ")}\n`,
  );
  return factLines(facts, style, columns) + lines.join("");
}

export function planJson(opened: OpenedImage, prepared: PreparedWrite): Record<string, unknown> {
  const { plan } = prepared;
  return {
    schema: 1,
    image: { path: opened.path, size: opened.size },
    targets: prepared.targets,
    plan: {
      filesystem: plan.fileSystem,
      reason: prepared.reason,
      label: plan.label,
      clusterSize: plan.clusterSize,
      totalBytes: plan.diskSize,
      bytesToWrite: bytesToWrite(prepared),
      files: plan.files.length,
      splits: prepared.splits.map(({ path, size, parts }) => ({ path, size, parts })),
      extents: plan.extents.map(({ offset, length, source }) => ({ offset, length, kind: source.kind })),
    },
    warnings: warningsOf(opened, prepared),
  };
}

function warningsOf({ image, windows }: OpenedImage, prepared: PreparedWrite) {
  return [...image.warnings, ...windows.warnings, ...prepared.warnings];
}

function bytesToWrite({ plan }: PreparedWrite): number {
  return plan.extents.reduce((sum, extent) => sum + extent.length, 0);
}

/** A label that was chosen is warned of where it is changed; the image's own is named. */
function labelWords({ image, plan, choices }: PreparedWrite): string {
  const own = image.image.volumeLabel;
  const isCut = choices.label === undefined && own !== plan.label && own !== "";
  return printable(`label ${plan.label === "" ? "none" : plan.label}${isCut ? ` (of ${own})` : ""}`);
}
