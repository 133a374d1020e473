/** Turns the system's errors about opening or creating a target into Win7UsbErrors. */
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";

/** Nothing was written yet: every code of the result has exit code 5. `use`: what it was opened for. */
export function openError(path: string, cause: unknown, use: "read" | "write" = "write"): Win7UsbError {
  const code = errorCodeOf(cause);
  const details = { data: { target: path, cause: code ?? reasonOf(cause) }, cause };
  switch (code) {
    case "ENOENT":
    case "ENXIO":
    case "ENODEV":
    case "ENOMEDIUM":
    case "ENOTDIR":
      return new Win7UsbError("target-missing", `${path} cannot be opened: there is no such folder or drive`, {
        ...details,
        hint: "Check the name; `win7usb drives` lists the drives.",
      });
    case "EACCES":
    case "EPERM":
      return new Win7UsbError(
        "no-permission",
        `${path} may not be ${use === "read" ? "read" : "written"}: ${reasonOf(cause)}`,
        {
          ...details,
          hint:
            use === "read"
              ? "Run the same command with sudo."
              : "Run the same command with sudo, or choose a place that you may write to.",
        },
      );
    case "EROFS":
      return new Win7UsbError("target-read-only", `${path} is read-only`, {
        ...details,
        hint: "Choose a place that can be written to.",
      });
    case "ENOSPC":
    case "EDQUOT":
      return new Win7UsbError("no-space", `${path} cannot be created: the medium is full`, {
        ...details,
        hint: "Make room, or write somewhere else.",
      });
    case "EBUSY":
      return new Win7UsbError("target-in-use", `${path} is in use`, {
        ...details,
        hint: "Close what uses it, and unmount its file systems.",
      });
    default:
      return new Win7UsbError(
        "target-unsupported",
        `${path} cannot be opened${use === "read" ? "" : " for writing"}: ${reasonOf(cause)}`,
        {
          ...details,
          hint: "Choose another target.",
        },
      );
  }
}
