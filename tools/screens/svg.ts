/** A terminal's screen as an SVG picture that is light or dark as the reader's system is. */

/** Pixels. Each line is stretched to its columns, whatever monospaced font there is. */
const columnWidth = 8.4;
const lineHeight = 18;
const margin = 16;
const columns = 80;

const style = `
.back { fill: #f6f8fa; stroke: #d0d7de }
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }
.typed { font-weight: bold }
@media (prefers-color-scheme: dark) {
  .back { fill: #0d1117; stroke: #30363d }
  text { fill: #e6edf3 }
}`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** `screen` has lines of at most 80 columns; what begins with `$ ` was typed. */
export function pictureOf(title: string, screen: string): string {
  const lines = screen.trimEnd().split("\n");
  const width = Math.ceil(columns * columnWidth) + 2 * margin;
  const height = lines.length * lineHeight + 2 * margin;
  const texts = lines.flatMap((line, index) => {
    const text = line.trimStart();
    if (text === "") return [];
    const at = `x="${decimal(margin + (line.length - text.length) * columnWidth)}" y="${margin + (index + 1) * lineHeight - 5}"`;
    const typed = line.startsWith("$ ") ? ' class="typed"' : "";
    const length = `textLength="${decimal(text.length * columnWidth)}" lengthAdjust="spacingAndGlyphs"`;
    return [`<text ${at} ${length}${typed}>${escaped(text)}</text>`];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}`,
    "</style>",
    `<rect class="back" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...texts,
    "</svg>",
    "",
  ].join("\n");
}

const decimal = (value: number): string => String(Math.round(value * 10) / 10);
