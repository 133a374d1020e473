/** Packages of drivers as they are put into boot.wim, of made-up bytes. */
import { filler } from "../../fixtures/windows7/nodes.js";
import type { PlacedPackage } from "../../src/windows/customise/driver-files.js";
import { contentOf } from "./planned-wims.js";

type Files = Readonly<Record<string, Uint8Array | string>>;

export function placed(folder: string, infs: readonly string[], files: Files): PlacedPackage {
  const entries = Object.entries(files).map(([path, data]) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return { path, size: bytes.length, content: contentOf(bytes) };
  });
  return { folder, infs, files: entries };
}

/** A controller and its hub in one package, and a package with a folder in it, of `size` bytes each. */
export function usualPackages(size = 30_000): PlacedPackage[] {
  const usb = { "xhci.inf": "[Version]\r\n; xHCI", "xhci.sys": filler(size, 1), "hub.inf": "[Version]\r\n; hub" };
  const nvme = { "nvme & co 100%.inf": "[Version]\r\n; NVMe", "x86/nvme.sys": filler(size, 2), "x86/empty.txt": "" };
  return [
    placed("usb-01", ["xhci.inf", "hub.inf"], { ...usb, "hub.sys": filler(size, 1) }),
    placed("storage-01", ["nvme & co 100%.inf"], nvme),
  ];
}
