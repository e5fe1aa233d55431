/** A page's fake host that plays a scene: what `window.veloScene` holds when this runs, as base64. */
import { decodeWire } from '../../../src/protocol/wire';
import './fakeHost';
import { type Request, playback } from './playback';
import type { HostMessage, Scene } from './scenes';

declare global {
  interface Window {
    /** From a script before this one: a page opened from disk cannot fetch. */
    veloScene: string;
  }
}

/** As in VS Code, an answer comes later than its question. */
const ANSWER_AFTER_MS = 30;

const bytes = Uint8Array.from(atob(window.veloScene), (letter) => letter.charCodeAt(0));
const { messages, live, state } = decodeWire(bytes) as Scene;
window.veloState ??= state;
const answer = playback({
  messages,
  live: live === true,
  send: (data: HostMessage) => {
    window.dispatchEvent(new MessageEvent('message', { data }));
  },
});

window.veloAnswer = (message) => {
  setTimeout(() => {
    answer(message as Request);
  }, ANSWER_AFTER_MS);
};
