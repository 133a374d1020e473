/** A record's page in a real browser: what it looks like, that nothing sticks out, and that it is one page in print. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderRecord } from "../../src/record/index.js";
import { startChromium, type Browser, type Page } from "../support/chromium.js";
import { judge } from "../support/judges.js";
import { checkRecord, hostileRecord, writeRecord } from "../support/run-records.js";

const records = { write: writeRecord, check: checkRecord, hostile: hostileRecord };
type Name = keyof typeof records;
const names = Object.keys(records) as Name[];
/** Where screenshots are kept for people to look at. */
const kept = process.env["KEEP_SCREENSHOTS"];

let folder: string;
let browser: Browser;
const pages = new Map<Name, Page>();
const possible = judge("chromium");

beforeAll(async () => {
  if (!possible) return;
  folder = mkdtempSync(join(tmpdir(), "win7usb-record-"));
  if (kept !== undefined) mkdirSync(kept, { recursive: true });
  browser = await startChromium();
  for (const name of names) {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, renderRecord(records[name](), "html"));
    pages.set(name, await browser.open(path));
  }
});
afterAll(async () => {
  if (!possible) return;
  await browser.close();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!possible).each(names)("the page of a %s", (name) => {
  it("is whole without a network, and nothing in it is kept from it by its policy", () => {
    const { requests, complaints } = pages.get(name)!;
    expect([requests, complaints]).toEqual([[], []]);
  });

  for (const width of [360, 1280]) {
    for (const scheme of ["light", "dark"] as const) {
      it(`sticks out nowhere at ${width} pixels, ${scheme}`, async () => {
        const page = pages.get(name)!;
        await page.show({ width, scheme });
        const picture = await page.screenshot();
        if (kept !== undefined) writeFileSync(join(kept, `${name}-${width}-${scheme}.png`), picture);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
          scheme === "dark" ? "rgb(18, 23, 29)" : "rgb(246, 247, 249)",
        );
      });
    }
  }

  // What is hostile is also long.
  if (name === "hostile") return;
  it("is one page of A4 in print", async () => {
    const pdf = await pages.get(name)!.print();
    if (kept !== undefined) writeFileSync(join(kept, `${name}.pdf`), pdf);
    const text = pdf.toString("latin1");
    expect(text.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    // 210 by 297 mm in points.
    expect(text).toMatch(/\/MediaBox\s*\[\s*0 0 59[45](?:\.\d+)? 84[12]/);
  });
});

describe.skipIf(!possible)("foreign text", () => {
  it("is text: no element, no attribute and no script comes of it", async () => {
    const page = pages.get("hostile")!;
    expect(await page.evaluate("document.querySelectorAll('script, img, [onerror]').length")).toBe(0);
    expect(await page.evaluate("document.body.innerText.includes('<script>alert(1)</script>')")).toBe(true);
    expect(
      await page.evaluate(
        String.raw`/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\u2028]/.test(document.documentElement.textContent)`,
      ),
    ).toBe(false);
  });

  it("is what was recorded, save for how it is escaped", async () => {
    const page = pages.get("write")!;
    const serial = await page.evaluate<string>(
      "[...document.querySelectorAll('dt')].find((term) => term.textContent === 'Serial').nextElementSibling.textContent",
    );
    expect(serial).toBe("4C530001230523117453");
  });
});
