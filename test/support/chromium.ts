/**
 * A browser without a window, spoken to over a pipe in the DevTools protocol: commands and events as JSON, a zero byte behind
 * each. Sizes are CSS pixels. Nothing of it leaves the machine: what a page asks for is counted.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";

type Answer = {
  readonly sessionId?: string;
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
};
type Send = <Result = Record<string, unknown>>(method: string, params?: object) => Promise<Result>;

export type Page = {
  /** As a reader with this window and these preferences sees it. */
  show(view: {
    readonly width: number;
    readonly scheme: "light" | "dark";
    readonly media?: "print" | "";
  }): Promise<void>;
  /** PNG of the whole page. */
  screenshot(): Promise<Buffer>;
  /** The value of an expression in the page. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** A4, as by the browser's own print command. */
  print(): Promise<Buffer>;
  /** What the page asked for beside itself, and what its policy kept from it. */
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
};

export type Browser = { open(path: string): Promise<Page>; close(): Promise<void> };

export async function startChromium(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "win7usb-chromium-"));
  const switches = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
  ];
  const words = [
    ...switches,
    "--disable-background-networking",
    `--user-data-dir=${profile}`,
    "--remote-debugging-pipe",
    "about:blank",
  ];
  const child = spawn("chromium", words, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const { send, listeners } = speak(child);
  return {
    async open(path) {
      const { targetId } = await send<{ targetId: string }>("Target.createTarget", { url: "about:blank" });
      const { sessionId } = await send<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
      const inPage: Send = (method, params) => send(method, params, sessionId);
      const listen = (listener: Listener): unknown =>
        listeners.add((method, params, of) => (of === sessionId ? listener(method, params, of) : undefined));
      return openPage(inPage, listen, pathToFileURL(path).href);
    },
    async close() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      await Promise.race([send("Browser.close"), ended]);
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type Listener = (method: string, params: Record<string, unknown>, sessionId: string | undefined) => void;

function speak(child: ChildProcess) {
  const [, , , toBrowser, fromBrowser] = child.stdio as unknown as [null, null, null, Writable, Readable];
  const waiting = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }
  >();
  const listeners = new Set<Listener>();
  let last = 0;
  let rest = "";
  fromBrowser.setEncoding("utf8").on("data", (text: string) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop()!;
    for (const message of messages) {
      const { id, method, params, result, error, sessionId } = JSON.parse(message) as Answer;
      if (method !== undefined)
        for (const listener of listeners) listener(method, (params ?? {}) as Record<string, unknown>, sessionId);
      const call = id === undefined ? undefined : waiting.get(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(JSON.stringify(error)));
    }
  });
  child.once("exit", (code) => waiting.forEach(({ reject }) => reject(new Error(`chromium ended with ${code}`))));
  child.once("error", (error) => waiting.forEach(({ reject }) => reject(error)));
  const send = <Result>(method: string, params: object = {}, sessionId?: string): Promise<Result> => {
    const id = (last += 1);
    const answer = new Promise<Result>((resolve, reject) =>
      waiting.set(id, { resolve: (value) => resolve(value as Result), reject }),
    );
    toBrowser.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
    return answer;
  };
  return { send, listeners };
}

async function openPage(send: Send, listen: (listener: Listener) => unknown, url: string): Promise<Page> {
  const requests: string[] = [];
  const complaints: string[] = [];
  const loaded = new Promise<void>((resolve) => {
    listen((method, params) => {
      if (method === "Page.loadEventFired") resolve();
      const request = params["request"] as { url: string } | undefined;
      if (method === "Network.requestWillBeSent" && request !== undefined && request.url !== url)
        requests.push(request.url);
      if (method === "Log.entryAdded") complaints.push(JSON.stringify(params["entry"]));
    });
  });
  for (const domain of ["Page", "Network", "Log", "Runtime"]) await send(`${domain}.enable`);
  await send("Page.navigate", { url });
  await loaded;
  const evaluate = async <Value>(expression: string): Promise<Value> => {
    const { result, exceptionDetails } = await send<{ result: { value: Value }; exceptionDetails?: unknown }>(
      "Runtime.evaluate",
      {
        expression,
        returnByValue: true,
      },
    );
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  };
  const bytesOf = async (method: string, params: object): Promise<Buffer> => {
    return Buffer.from((await send<{ data: string }>(method, params)).data, "base64");
  };
  return {
    requests,
    complaints,
    evaluate,
    async show({ width, scheme, media = "" }) {
      // What is behind another page is not drawn, and its picture never comes.
      await send("Page.bringToFront");
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height: 800,
        deviceScaleFactor: 1,
        mobile: width < 600,
      });
      await send("Emulation.setEmulatedMedia", {
        media,
        features: [{ name: "prefers-color-scheme", value: scheme }],
      });
    },
    screenshot: () => bytesOf("Page.captureScreenshot", { format: "png", captureBeyondViewport: true }),
    print: () => bytesOf("Page.printToPDF", { preferCSSPageSize: true, printBackground: true }),
  };
}
