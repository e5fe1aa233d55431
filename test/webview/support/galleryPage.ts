/**
 * The script of a gallery page: puts on the theme of the address (`?theme=light`), plays the page's scene to the view
 * and does what a host would with files and the clipboard.
 */
import './scenePage';
import type { Request } from './playback';

const CLASSES: Readonly<Record<string, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  hc: 'vscode-high-contrast',
  hcLight: 'vscode-high-contrast vscode-high-contrast-light',
};

const query = new URLSearchParams(location.search);
document.body.className = CLASSES[query.get('theme') ?? 'dark'] ?? '';

const play = window.veloAnswer;
window.veloAnswer = (message) => {
  const request = message as Request;
  if (request.type === 'error') console.error(request['message']);
  if (request.type === 'save') download(request);
  if (request.type === 'copy') void navigator.clipboard.writeText(String(request['text']));
  play?.(message);
};

function download({ fileName, content }: Request): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content as BlobPart]));
  link.download = String(fileName);
  link.click();
}
