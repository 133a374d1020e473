/** A journal in sum as a page to print: counts, models as a plot, sticks by their serial numbers, failures. */
import { count, formatDriveSize, formatSize } from "../bytes/amounts.js";
import { htmlText } from "../record/html-text.js";
import { pageHtml } from "../record/page.js";
import { placesPlot, ratePlot, rateWords } from "../record/rate-plot.js";
import { verdictHtml } from "../record/record-html.js";
import type { ReportedModel, ReportedStick, StationReport } from "./report.js";
import { countWords, minuteOf, verdictWords } from "./report-words.js";

/** Rows of one table: a browser lays out more of them for minutes. The JSON has all. */
const mostRows = 2000;

/** Rows of the plot: the table has all. */
const mostModels = 30;

export type ReportPage = {
  /** Of win7usb. */
  readonly version: string;
  /** The journal's name. */
  readonly journal: string;
  /** When the page is made, for people. */
  readonly now: string;
  readonly report: StationReport;
  /** Lines that could not be read. */
  readonly unreadable: number;
};

export function reportPage({ version, journal, now, report, unreadable }: ReportPage): string {
  const { counts, first, last, models, sticks, failures, images } = report;
  const rest = countWords(counts);
  const tone = counts.failed > 0 || unreadable > 0 ? "warning" : "good";
  const sentence = `${rest}${unreadable === 0 ? "" : `; ${count(unreadable, "line")} of the journal cannot be read`}`;
  const span = first === null || last === null ? "no stick" : `${minuteOf(first)} to ${minuteOf(last)} (UTC)`;
  const body = [
    `<p class="what"><span>win7usb report <bdi>${htmlText(journal)}</bdi></span><span>${htmlText(now)}</span></p>`,
    verdictHtml({ tone, word: count(counts.done, "stick"), sentence, hint: null }, 0),
    `<p class="hint">${span}</p>`,
    modelsFigure(models),
    tableHtml("Models", ["Model", "Size", "Sticks", "Done", "Failed", "Writes", "Reads"], models.map(modelCells)),
    tableHtml(
      "Failures",
      ["When (UTC)", "Port", "Model", "Serial", "What"],
      failures.map(({ ended, drive, message }) => [
        minuteOf(ended),
        drive.port ?? drive.path,
        drive.model ?? "-",
        drive.serial ?? "-",
        message,
      ]),
    ),
    sticksHtml(sticks),
    tableHtml(
      "Images",
      ["File", "Size", "SHA-256", "Sticks"],
      images.map(({ path, size, sha256, sticks: number }) => [
        path,
        formatSize(size),
        sha256 ?? "not taken",
        String(number),
      ]),
    ),
  ];
  return pageHtml({
    version,
    title: `win7usb report, ${count(counts.done, "stick")}`,
    body: body.filter((part) => part !== "").join("\n"),
  });
}

function modelsFigure(models: readonly ReportedModel[]): string {
  const rows = models.slice(0, mostModels).map(({ model, size, rates }) => ({
    name: `${model ?? "unknown model"}, ${formatDriveSize(size)}`,
    ...rates,
  }));
  const plot = ratePlot(rows);
  if (plot === "") return "";
  return `<figure><figcaption>Rates by model: a dot for each stick that was written, a lozenge for each that was read back; a line is the median</figcaption>\n${plot}</figure>`;
}

function modelCells({ model, size, sticks, done, failed, write, readBack }: ReportedModel): string[] {
  return [
    model ?? "unknown",
    formatDriveSize(size),
    String(sticks),
    String(done),
    String(failed),
    spreadWords(write),
    spreadWords(readBack),
  ];
}

function spreadWords(spread: ReportedModel["write"]): string {
  if (spread === null) return "-";
  return `${rateWords(spread.median)} (${rateWords(spread.slowest)} to ${rateWords(spread.fastest)})`;
}

function sticksHtml(sticks: readonly ReportedStick[]): string {
  if (sticks.length === 0) return "";
  const heads = ["Serial", "Model", "Size", "Times", "Last", "Writes", "Reads", "From first byte to last"];
  const rows = sticks.slice(0, mostRows).map((stick) => {
    const { drive, times, last, write, readBack, places } = stick;
    const cells = [
      drive.serial ?? "-",
      drive.model ?? "-",
      formatDriveSize(drive.size),
      String(times),
      `${verdictWords[last.stick]}, ${minuteOf(last.ended)}${healthWords(stick)}`,
      write === null ? "-" : rateWords(write),
      readBack === null ? "-" : rateWords(readBack),
    ];
    return `<tr>${cells.map(cellHtml).join("")}<td>${placesPlot(places.write, places.readBack)}</td></tr>`;
  });
  return wholeTable("Sticks", heads, rows, sticks.length);
}

/** What is to be known of a stick beside how it ended. */
function healthWords({ slow, retries, stalls }: ReportedStick): string {
  const words = [
    ...slow.map(
      ({ pass, bytesPerSecond, twins }) =>
        `${pass === "write" ? "writes" : "reads"} ${rateWords(bytesPerSecond)}, its twins ${rateWords(twins)}`,
    ),
    ...(retries > 0 ? [`${retries} tried again`] : []),
    ...(stalls > 0 ? [`did not answer ${count(stalls, "time")}`] : []),
  ];
  return words.map((each) => `; ${each}`).join("");
}

function tableHtml(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const lines = rows.slice(0, mostRows).map((cells) => `<tr>${cells.map(cellHtml).join("")}</tr>`);
  return wholeTable(title, heads, lines, rows.length);
}

function wholeTable(title: string, heads: readonly string[], lines: readonly string[], all: number): string {
  const more = all > lines.length ? `<p>${all - lines.length} more, which the JSON has</p>` : "";
  return `<section class="whole"><h2>${title}</h2>
<table class="rows"><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead>
<tbody>
${lines.join("\n")}
</tbody></table>${more}</section>`;
}

/** An amount is read from its last figure. */
function cellHtml(text: string): string {
  const isAmount = /^[\d.,]+$/.test(text);
  return `<td${isAmount ? ' class="amount"' : ""}><bdi>${htmlText(text)}</bdi></td>`;
}
