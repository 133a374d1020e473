/** The one place that asks which platform this is. */

export type Platform = "linux" | "darwin" | "win32" | "other";

export const platform: Platform =
  process.platform === "linux" || process.platform === "darwin" || process.platform === "win32"
    ? process.platform
    : "other";
