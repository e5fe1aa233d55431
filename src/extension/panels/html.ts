/** The page of a webview: policy, styles, scripts and the element that the view fills. Data never stand in it. */

export interface PageOptions {
  /** `training`: also the name of its script and style. */
  readonly view: string;
  readonly title: string;
  /** What the webview loads resources from. */
  readonly cspSource: string;
  /** Fresh for each page. */
  readonly nonce: string;
  /** Addresses, in the order of loading. */
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

export function pageHtml(page: PageOptions): string {
  const { cspSource, nonce } = page;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // Plotly writes styles of its own, which have no nonce.
    `style-src ${cspSource} 'unsafe-inline'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data: blob:`,
  ].join('; ');
  const styles = page.styles.map((href) => `<link rel="stylesheet" href="${escapeHtml(href)}">`);
  const scripts = page.scripts.map(
    (src) => `<script nonce="${escapeHtml(nonce)}" src="${escapeHtml(src)}"></script>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
${styles.join('\n')}
</head>
<body data-view="${escapeHtml(page.view)}">
<div id="root"></div>
${scripts.join('\n')}
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
