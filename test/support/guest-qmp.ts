/** The QEMU Machine Protocol over a QEMU's stdin and stdout: a JSON object a line, answers in order, events between. */
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

export type Qmp = {
  /** Resolves to what the command returns; rejects with QEMU's own description of an error. */
  ask(command: string, parameters?: object): Promise<unknown>;
};

type Message = { readonly return?: unknown; readonly error?: { readonly desc: string }; readonly event?: string };
type Waiting = { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void };

export function connectQmp(qemu: ChildProcess): Qmp {
  const waiting: Waiting[] = [];
  createInterface({ input: qemu.stdout! }).on("line", (line) => {
    const message = JSON.parse(line) as Message;
    if (message.error !== undefined) waiting.shift()?.reject(new Error(`QEMU: ${message.error.desc}`));
    else if ("return" in message) waiting.shift()?.resolve(message.return);
  });
  qemu.once("exit", (code) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`QEMU ended with ${code}`));
  });
  // Writing to a QEMU that has just ended is no fault: its end is seen elsewhere.
  qemu.stdin!.on("error", () => undefined);
  const ask = (command: string, parameters: object = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      qemu.stdin!.write(`${JSON.stringify({ execute: command, arguments: parameters })}\n`);
    });
  const ready = ask("qmp_capabilities");
  return {
    async ask(command, parameters) {
      await ready;
      return ask(command, parameters);
    },
  };
}
