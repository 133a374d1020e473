/** The command line that does what an update cannot do as it was typed: with the ISO, and the folders that the stick was made with. */
import { Win7UsbError } from "../../errors.js";
import { quoted } from "../next-command.js";
import type { UpdateCommandOptions } from "../options.js";

/** `work`, whose failures that another command line helps against say that one. */
export async function namingNextCommand<T>(
  path: string,
  options: UpdateCommandOptions,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Win7UsbError)) throw error;
    throw withNextCommand(error, path, options);
  }
}

function withNextCommand(error: Win7UsbError, path: string, options: UpdateCommandOptions): Win7UsbError {
  const { code, message, data, cause } = error;
  const hint = nextCommand(error, path, options) ?? error.hint;
  const others = error.others.map((other) => withNextCommand(other, path, options));
  return new Win7UsbError(code, message, { ...(hint === undefined ? {} : { hint }), data, cause, others });
}

function nextCommand({ code, data }: Win7UsbError, path: string, options: UpdateCommandOptions): string | undefined {
  const folders = ((data["lacking"] as string[] | undefined) ?? []).map((kind) => `--${kind} <folder>`);
  const words = [...given(options), ...folders].join(" ");
  const again = `win7usb update ${quoted(path)} ${words} --iso ${quoted(options.iso ?? "<iso>")}`;
  if (code === "image-needed") return `Give the ISO that it was made of: ${again.replace("'<iso>'", "<iso>")}`;
  if (code === "other-image") {
    return `Give that ISO, or write this one: win7usb write ${quoted(options.iso ?? "")} ${quoted(path)} --only-changed`;
  }
  if (code !== "usage") return undefined;
  if (data["choice"] === "folders") {
    const names = (data["lacking"] as string[]).join(",");
    return `Give them again: ${again}; or take them back: --reset ${names}`;
  }
  if (data["choice"] === "nothing") return `Say what: win7usb update ${quoted(path)} --label <text>, for instance.`;
  if (data["choice"] === "reset" && typeof data["name"] === "string") return `Leave --${data["name"]} out, or --reset.`;
  return undefined;
}

/** What was asked for, as it is typed. */
function given(options: UpdateCommandOptions): string[] {
  const { label, signature, bootPrompt, edition, answerFile, drivers, updates, add, reset, allow } = options;
  const single = { label, signature, edition, "answer-file": answerFile, updates };
  const repeated = { drivers, add, reset, allow };
  return [
    ...Object.entries(single).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${quoted(value)}`])),
    ...(bootPrompt === true ? ["--boot-prompt"] : []),
    ...Object.entries(repeated).flatMap(([name, values]) => values.map((value) => `--${name} ${quoted(value)}`)),
  ];
}
