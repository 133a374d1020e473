/** What completes the command line, by shell. */
import type { shells } from "../table/commands.js";
import { bashCompletion } from "./bash.js";
import { fishCompletion } from "./fish.js";
import { powershellCompletion } from "./powershell.js";
import { zshCompletion } from "./zsh.js";

export type Shell = (typeof shells)[number];

export const completions: Readonly<Record<Shell, { readonly fileName: string; readonly text: () => string }>> = {
  bash: { fileName: "win7usb.bash", text: bashCompletion },
  zsh: { fileName: "_win7usb", text: zshCompletion },
  fish: { fileName: "win7usb.fish", text: fishCompletion },
  powershell: { fileName: "win7usb.ps1", text: powershellCompletion },
};
