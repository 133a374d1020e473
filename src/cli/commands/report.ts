/** `win7usb report`: what a station has made, by its journal. */
import { Win7UsbError } from "../../errors.js";
import { imageFileIdentity } from "../../drive/same-file.js";
import { readJournalFile } from "../../station/journal-file.js";
import type { ReadJournal } from "../../station/journal-line.js";
import { reportOf, type StationReport } from "../../station/report.js";
import { packageVersion } from "../../version.js";
import { jsonLine, printable } from "../escape.js";
import { wrap } from "../format.js";
import type { ReportCommandOptions } from "../options.js";
import { localIso } from "../record/local-time.js";
import { journalNotes, journalText } from "../render/report-text.js";
import { warningLine } from "../render/warning-line.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

export async function reportCommand(path: string, options: ReportCommandOptions, terminal: Terminal): Promise<number> {
  if (options.page !== undefined) await requirePage(options.page, path);
  const journal = await readJournalFile(path);
  const report = reportOf(journal.lines);
  for (const note of journalNotes(journal)) terminal.err(warningLine(`${path}: ${note}`, terminal));
  if (options.page !== undefined) await writePage(options.page, path, journal, report, terminal);
  if (options.json === true) {
    const { unreadable, tornBytes } = journal;
    terminal.out(
      jsonLine({ schema: 1, journal: { path, lines: journal.lines.length, unreadable, tornBytes }, ...report }),
    );
  } else terminal.out(journalText(report, styleFor(terminal), terminal.columns, terminal.outColumns));
  return 0;
}

async function requirePage(page: string, journal: string): Promise<void> {
  if (!/\.html?$/i.test(page)) {
    throw new Win7UsbError("usage", `${page} has not the ending of a page: .html`, {
      hint: "Name a file such as sticks.html.",
    });
  }
  if ((await imageFileIdentity(page)) !== (await imageFileIdentity(journal))) return;
  throw new Win7UsbError("usage", `${page} is the journal itself`, { hint: "Give the page a name of its own." });
}

async function writePage(
  page: string,
  path: string,
  { unreadable }: ReadJournal,
  report: StationReport,
  terminal: Terminal,
): Promise<void> {
  const [{ createRecordFile }, { reportPage }, { localTime }] = await Promise.all([
    import("../record/record-file.js"),
    import("../../station/report-page.js"),
    import("../../record/record-sections.js"),
  ]);
  const file = await createRecordFile(page);
  try {
    const now = localTime(localIso(terminal.now()));
    await file.finish(
      reportPage({ version: packageVersion, journal: path, now, report, unreadable: unreadable.length }),
    );
  } catch (error) {
    await file.discard();
    throw error;
  }
  terminal.err(`${wrap(`page: ${printable(page)}`, terminal.columns, "  ")}\n`);
}
