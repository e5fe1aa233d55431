/** The HTML report's style sheet. Colours are those of the extension's views; hues tell apart for all kinds of sight. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;
--bg:#fff;--fg:#3b3b3b;--strong:#1f1f1f;--dim:#616161;--grid:#3b3b3b1a;--axis:#3b3b3b59;--bad:#c72e0f;--strip:#e5140014;--track:#3b3b3b14;--row:#3b3b3b0a;
--s1:#0063d3;--s2:#8a4b12;--s3:#2b9f61;--s4:#43175c;--s5:#c7219a}
@media (prefers-color-scheme:dark){:root{
--bg:#1f1f1f;--fg:#ccc;--strong:#fff;--dim:#9d9d9d;--grid:#cccccc1a;--axis:#cccccc59;--bad:#f88070;--strip:#f14c4c1f;--track:#cccccc1a;--row:#cccccc0d;
--s1:#59a4f9;--s2:#d99a2b;--s3:#c4f0b4;--s4:#a884f3;--s5:#d679b3}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:13px/20px system-ui,'Segoe UI',Ubuntu,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1180px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:20px;line-height:28px;font-weight:600;margin:0 0 4px;color:var(--strong)}
h2{font-size:15px;font-weight:600;margin:32px 0 4px;padding-top:12px;border-top:1px solid var(--grid);color:var(--strong)}
p{margin:4px 0 8px;max-width:80ch}.dim{color:var(--dim)}.finding{font-size:15px;line-height:22px}
.note{border-left:3px solid var(--s2);padding-left:12px}
pre,code{font:12px/18px ui-monospace,'Cascadia Code',Menlo,Consolas,monospace}pre{background:var(--row);padding:8px 12px;border-radius:4px;overflow-x:auto;margin:8px 0}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:12px;line-height:16px;margin:4px 0 8px}
th{font-weight:500;color:var(--dim);text-align:left;vertical-align:bottom}
th,td{padding:4px 16px 4px 0;white-space:nowrap}td:last-child,th:last-child{padding-right:4px}
tbody tr{border-top:1px solid var(--grid)}tbody tr:hover{background:var(--row)}
.r{text-align:right}.facts td{white-space:normal}.facts td:first-child{color:var(--dim);white-space:nowrap;vertical-align:top}
.bad-text{color:var(--bad)}
summary{cursor:pointer;padding:4px 0;color:var(--strong)}summary:focus-visible,.scroll:focus-visible{outline:1px solid var(--s1)}
.legend{display:flex;flex-wrap:wrap;gap:4px 24px;margin:8px 0}.legend svg{width:14px;height:14px;vertical-align:-2px;margin-right:6px;overflow:visible}.legend b{font-weight:600;font-size:15px;color:var(--strong)}
.chart{display:block;width:100%;height:auto;max-width:980px;min-width:640px}
.chart text{font:11px system-ui,'Segoe UI',Ubuntu,sans-serif;fill:var(--fg)}
.spark{width:132px;height:30px;display:block}.bar{width:64px;height:10px;vertical-align:-1px;margin-left:8px}
.grid{stroke:var(--grid)}.axis{stroke:var(--axis)}.line{stroke:var(--dim);stroke-dasharray:3 3}.one{stroke:var(--strong);stroke-dasharray:8 5;stroke-width:1.5}
.strip{fill:var(--strip)}.track{fill:var(--track)}
.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}.s4{--c:var(--s4)}.s5{--c:var(--s5)}.baseline{--c:var(--strong)}
.filled{fill:var(--c);stroke:var(--bg);stroke-width:.75}.hollow{fill:none;stroke:var(--c);stroke-width:1.25}.stroke{fill:none;stroke:var(--c);stroke-width:1.5}
.interval{stroke:var(--c);stroke-width:1.5;opacity:.75}.fill{fill:var(--c)}
.series{fill:none;stroke:var(--c);stroke-width:2}.thin{stroke-width:1.25}.series.baseline{stroke-dasharray:4 3}
.chart .bad-text{fill:var(--bad)}.chart .share,.chart .end{fill:var(--c);font-size:12px}.stroke.bad{stroke:var(--bad)}
.mark:hover{stroke-width:2}
@media print{main{max-width:none}.chart{max-width:100%}}
`;
