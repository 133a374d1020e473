/**
 * The style of a record's page: light and dark by what the reader's system prefers, one page of A4 in print. The colours of
 * the picture are told apart with any kind of colour blindness (after Okabe and Ito, "Color Universal Design"), and its shapes
 * without colour. The page's policy allows this text alone, by its hash: a test says which one when it has changed.
 */
export const recordStyleHash = "sha256-7HJg7QEAr9kL3PWsH5ZdcdZu3a3FPmglgJRJQ6+FUMs=";

export const recordStyle = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1c2733;--soft:#5a6675;--line:#e1e5ea;--good:#14713f;--warning:#8a5a00;--bad:#b3261e;
--file1:#0067a5;--file2:#2f86c1;--file3:#56a4d8;--file4:#14857a;--file5:#4aa79b;--small:#8fb3cf;--structure:#e09a00;--boot:#7a4fa3;--free:#c2cad3;--differs:#c63d00;--number:#fff}
@media screen and (prefers-color-scheme:dark){:root{--page:#12171d;--card:#1a2129;--ink:#e4e9ee;--soft:#9aa7b5;--line:#2b3540;--good:#5cc98d;--warning:#e9b44c;--bad:#ff8a7a;
--file1:#4aa3e0;--file2:#74b9e8;--file3:#9dceef;--file4:#3fb8aa;--file5:#7fd0c5;--small:#557c9b;--structure:#f0b53c;--boot:#b890dc;--free:#46525f;--differs:#ff7a45;--number:#0d1319}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 2rem}
.what{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;color:var(--soft);margin:0 0 .5rem}
h1,.verdict{font-size:1.3rem;line-height:1.35;font-weight:600;margin:0 0 .35rem;padding-left:1.6em;position:relative}
h1 svg,.verdict svg{position:absolute;left:0;top:.15em;width:1.1em;height:1.1em}
.verdict{font-size:1.05rem;font-weight:500}
.good b,.good svg{color:var(--good)}.warning b,.warning svg{color:var(--warning)}.bad b,.bad svg{color:var(--bad)}
.hint{margin:0 0 .5rem;padding-left:2.1rem;color:var(--soft)}
section,figure{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem 1.1rem;margin:0;min-width:0}
figure{margin:1rem 0}
h2,figcaption{font-size:.8rem;letter-spacing:.04em;font-weight:600;color:var(--soft);margin:0 0 .6rem}
.sections{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1rem;align-items:start;margin-top:1rem}
dl{margin:0;display:grid;grid-template-columns:6.6rem minmax(0,1fr);gap:.3rem .75rem}
dt{color:var(--soft)}dd{margin:0}
.mono{font:.86em/1.5 ui-monospace,Consolas,"DejaVu Sans Mono",Menlo,monospace}
ul{margin:0;padding-left:1.1rem}dl+ul{margin-top:.5rem}li{padding:.1rem 0}
.map{display:block;width:100%;height:auto}
.sign{fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round}
svg path{fill-rule:evenodd}svg text{font:700 7.5px system-ui,Arial,sans-serif;text-anchor:middle;fill:var(--number)}
.file1{fill:var(--file1)}.file2{fill:var(--file2)}.file3{fill:var(--file3)}.file4{fill:var(--file4)}.file5{fill:var(--file5)}
.small{fill:var(--small)}.structure{fill:var(--structure)}.boot{fill:var(--boot)}.free{fill:var(--free)}.differs{fill:var(--differs)}
.legend{list-style:none;padding:0;margin:.8rem 0 0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr));gap:.15rem 1.2rem}
.legend li{display:grid;grid-template-columns:1.1rem minmax(0,1fr) auto;gap:.55rem;align-items:start}
.key{width:.95rem;height:.95rem;margin-top:.27em}.bytes{color:var(--soft);white-space:nowrap;font-variant-numeric:tabular-nums}
.plot{display:block;width:100%;height:auto}svg .label,svg .tick{font:400 11px system-ui,Arial,sans-serif;fill:var(--ink);text-anchor:end}svg .tick{font-size:9px;fill:var(--soft);text-anchor:middle}
.write{fill:var(--file1)}.read{fill:var(--structure)}.median{stroke:var(--ink);stroke-width:1.6}.grid{stroke:var(--line);stroke-width:1}.places{display:block;width:9rem;height:1.5rem}
.rows{width:100%;border-collapse:collapse;font-size:.86em}.rows th{text-align:left;font-weight:600;color:var(--soft)}.plot path{fill-rule:nonzero}.rows td,.rows th{overflow-wrap:break-word;padding:.2rem .6rem .2rem 0;vertical-align:top;border-bottom:1px solid var(--line)}
.rows .amount{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.whole{margin-top:1rem;overflow-x:auto}
footer{color:var(--soft);font-size:.8rem;margin-top:1rem}
@page{size:A4;margin:11mm 12mm}
@media print{*{print-color-adjust:exact;-webkit-print-color-adjust:exact}body{background:#fff;font-size:8.4pt;line-height:1.32}main{max-width:none;padding:0}
h1{font-size:13pt}.verdict{font-size:10pt}section,figure{padding:.5rem .7rem;break-inside:avoid}figure{margin:.5rem 0}.sections{gap:.5rem;margin-top:.5rem;grid-template-columns:1fr 1fr}
dl{grid-template-columns:5.6rem minmax(0,1fr);gap:.1rem .6rem}h2,figcaption{margin-bottom:.3rem}.legend{margin-top:.4rem;grid-template-columns:repeat(3,1fr);gap:0 1rem}footer{margin-top:.4rem}.whole{break-inside:auto;overflow:visible}.rows tr{break-inside:avoid}thead{display:table-header-group}}
`;
