/**
 * The frame of a page: nothing is fetched for it, no script runs in it, and its policy says so to the browser. What is put into it is
 * made of this room's own text and of what went through `htmlText`.
 */
import { htmlText } from "./html-text.js";
import { recordStyle, recordStyleHash } from "./record-style.js";

/** How an earlier page is told from any other file. */
export const htmlBeginning =
  '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="generator" content="win7usb ';

export type Page = {
  /** Of win7usb. */
  readonly version: string;
  /** Text as it is. */
  readonly title: string;
  /** Markup. */
  readonly body: string;
};

export function pageHtml({ version, title, body }: Page): string {
  return `${htmlBeginning}${htmlText(version)}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${recordStyleHash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${htmlText(title)}</title>
<style>${recordStyle}</style>
</head>
<body>
<main>
${body}
<footer>Written by win7usb ${htmlText(version)}. The page is whole by itself and fetches nothing.</footer>
</main>
</body>
</html>
`;
}
