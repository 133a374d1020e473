/** A record as one page (page.ts). Foreign text goes through `htmlText` alone. */
import { formatSize } from "../bytes/amounts.js";
import type { DiskMap } from "./disk-map.js";
import { htmlText } from "./html-text.js";
import { legendOf, scaleWords } from "./map-legend.js";
import { mapSvg, markSvg } from "./map-svg.js";
import { localTime, sectionsOf, type RecordFact, type RecordSection } from "./record-sections.js";
import { pageHtml } from "./page.js";
import { mapsOf } from "./record-text.js";
import type { RecordVerdict, RunRecord, Tone } from "./run-record.js";

export function recordHtml(record: RunRecord): string {
  const { command, program, started, verdicts } = record;
  const maps = mapsOf(record);
  const title = [`win7usb ${command}`, verdicts[0]?.word ?? "", localTime(started)].join(", ");
  const body = `<p class="what"><span>win7usb ${command}</span><span>${htmlText(localTime(started))}</span></p>
${verdicts.map(verdictHtml).join("\n")}
${maps.map(({ path, map }) => figureHtml(maps.length > 1 ? path : null, map)).join("\n")}
<div class="sections">
${sectionsOf(record).map(sectionHtml).join("\n")}
</div>`;
  return pageHtml({ version: program.version, title, body });
}

/** A tick, an exclamation mark and a cross, so that nobody has to go by the colour. */
const signs: Readonly<Record<Tone, string>> = {
  good: "M2 8.6l4 4L14 4",
  warning: "M8 2.5v7.5M8 13.4v.2",
  bad: "M3 3l10 10M13 3L3 13",
};

export function verdictHtml({ tone, word, sentence, hint }: RecordVerdict, index: number): string {
  const sign = `<svg class="sign" viewBox="0 0 16 16" aria-hidden="true"><path d="${signs[tone]}"/></svg>`;
  const text = `${sign}<b>${htmlText(word)}:</b> <bdi>${htmlText(sentence)}</bdi>`;
  const line = index === 0 ? `<h1 class="${tone}">${text}</h1>` : `<p class="verdict ${tone}">${text}</p>`;
  return hint === null ? line : `${line}\n<p class="hint"><bdi>${htmlText(hint)}</bdi></p>`;
}

function figureHtml(path: string | null, map: DiskMap): string {
  const rows = legendOf(map).map(({ mark, name, bytes }) => {
    const size = bytes === null ? "" : `<span class="bytes">${formatSize(bytes)}</span>`;
    return `<li>${markSvg(mark)}<bdi>${htmlText(name)}</bdi>${size}</li>`;
  });
  const head = path === null ? "" : `<bdi>${htmlText(path)}</bdi>: `;
  return `<figure>
<figcaption>${head}${htmlText(scaleWords(map))}</figcaption>
${mapSvg(map)}
<ul class="legend">
${rows.join("\n")}
</ul>
</figure>`;
}

function sectionHtml({ title, facts, list }: RecordSection): string {
  const parts = [`<h2>${htmlText(title)}</h2>`];
  if (facts.length > 0) parts.push(`<dl>\n${facts.map(factHtml).join("\n")}\n</dl>`);
  if (list.length > 0)
    parts.push(`<ul>\n${list.map((line) => `<li><bdi>${htmlText(line)}</bdi></li>`).join("\n")}\n</ul>`);
  return `<section>\n${parts.join("\n")}\n</section>`;
}

function factHtml({ name, value, mono }: RecordFact): string {
  return `<dt>${htmlText(name)}</dt><dd${mono === true ? ' class="mono"' : ""}><bdi>${htmlText(value)}</bdi></dd>`;
}
