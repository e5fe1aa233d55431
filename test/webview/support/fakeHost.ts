/**
 * Stands in for VS Code inside a page: hands out the API once, keeps what the view posts and the state it writes, and
 * lets the outside send messages. Runs before the view's own script. Typed arrays cross as MessagePack in base64.
 */
import { decodeWire, encodeWire } from '../../../src/protocol/wire';

interface FakeHost {
  /** Gives the view messages. @param messages  base64 of an array */
  readonly send: (messages: string) => void;
  /** Base64 of all that the view posted. */
  readonly posted: () => string;
  readonly violations: readonly string[];
  /** Drops violations and posted errors, for a test that provoked them. */
  readonly forget: () => void;
}

declare global {
  interface Window {
    veloHost: FakeHost;
    acquireVsCodeApi: () => unknown;
    /** What an earlier page of the same view wrote. */
    veloState?: unknown;
    /** Gets each message that the view posts; for a host that answers. */
    veloAnswer?: (message: unknown) => void;
  }
}

const posted: unknown[] = [];
const violations: string[] = [];
let isTaken = false;

window.acquireVsCodeApi = () => {
  if (isTaken) throw new Error('acquireVsCodeApi was called twice');
  isTaken = true;
  return {
    postMessage: (message: unknown) => {
      posted.push(structuredClone(message));
      window.veloAnswer?.(message);
    },
    getState: () => window.veloState,
    setState: (state: unknown) => {
      // As VS Code does: only what JSON can hold survives.
      window.veloState = JSON.parse(JSON.stringify(state));
      return state;
    },
  };
};
window.veloHost = {
  send: (messages) => {
    for (const data of fromBase64(messages))
      window.dispatchEvent(new MessageEvent('message', { data }));
  },
  posted: () => toBase64(encodeWire(posted)),
  violations,
  forget: () => {
    violations.length = 0;
    posted.splice(0, posted.length, ...posted.filter((message) => !isError(message)));
  },
};
document.addEventListener('securitypolicyviolation', (event) => {
  violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});

function isError(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && 'type' in message && message.type === 'error'
  );
}

function fromBase64(text: string): readonly unknown[] {
  const decoded = decodeWire(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
  if (!Array.isArray(decoded)) throw new Error('fakeHost: messages are an array');
  return decoded;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
