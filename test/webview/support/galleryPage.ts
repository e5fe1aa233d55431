/**
 * The script of a gallery page: puts on the theme of the address (`?theme=light`), plays the page's scene to the view
 * and does what a host would with files and the clipboard.
 */
import { decodeWire } from '../../../src/protocol/wire';
import './fakeHost';
import { type Request, playback } from './playback';
import type { HostMessage, Scene } from './scenes';

declare global {
  interface Window {
    /** Base64 of the scene, from a script beside the page: a page opened from disk cannot fetch. */
    veloScene: string;
  }
}

const CLASSES: Readonly<Record<string, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  hc: 'vscode-high-contrast',
  hcLight: 'vscode-high-contrast vscode-high-contrast-light',
};

const query = new URLSearchParams(location.search);
document.body.className = CLASSES[query.get('theme') ?? 'dark'] ?? '';

const bytes = Uint8Array.from(atob(window.veloScene), (letter) => letter.charCodeAt(0));
const scene = decodeWire(bytes) as Scene;
const answer = playback({
  messages: scene.messages,
  live: scene.live === true,
  send: (data: HostMessage) => {
    window.dispatchEvent(new MessageEvent('message', { data }));
  },
});

window.veloAnswer = (message) => {
  const request = message as Request;
  if (request.type === 'error') console.error(request['message']);
  if (request.type === 'save') download(request);
  if (request.type === 'copy') void navigator.clipboard.writeText(String(request['text']));
  // As in VS Code, an answer comes later than its question.
  setTimeout(() => {
    answer(request);
  }, 30);
};

function download({ fileName, content }: Request): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content as BlobPart]));
  link.download = String(fileName);
  link.click();
}
