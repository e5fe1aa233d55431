/**
 * The border to the extension host, and the only place that knows VS Code's API: messages in are decoded, messages out
 * are typed, what breaks inside the view is told to the host's log.
 */
import * as z from 'zod/mini';
import { panelMessageSchema } from '../../src/protocol/live/index';

interface HostApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): HostApi;

/** What every view can say. */
export interface CommonViewMessages {
  readonly ready: { readonly type: 'ready' };
  readonly error: { readonly type: 'error'; readonly message: string };
}
type CommonMessage = CommonViewMessages[keyof CommonViewMessages];

export interface BridgeOptions<HostMessage> {
  readonly schema: z.ZodMiniType<HostMessage>;
  readonly onMessage: (message: HostMessage) => void;
}

export interface Bridge<ViewMessage> {
  readonly post: (message: ViewMessage) => void;
  /** Says `ready`: the host answers with everything. Call it when the first render is done. */
  readonly start: () => void;
  /** What `writeState` kept, also across a reload of the window; undefined at first. The caller checks its fields. */
  readonly readState: () => unknown;
  /** Keeps small state (zoom, choices) for the next time this view is shown. */
  readonly writeState: (state: unknown) => void;
}

/** Connects the view; once per page, since VS Code hands out its API once. */
export function createBridge<HostMessage, ViewMessage>({
  schema,
  onMessage,
}: BridgeOptions<HostMessage>): Bridge<ViewMessage | CommonMessage> {
  const api = acquireVsCodeApi();
  const fail = (message: string) => {
    api.postMessage({ type: 'error', message });
  };
  const keep = (changes: Kept) => {
    api.setState({ ...keptOf(api.getState()), ...changes });
  };
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const panel = panelMessageSchema.safeParse(data);
    if (panel.success) {
      keep({ panel: panel.data.panel });
      return;
    }
    const decoded = z.safeParse(schema, data);
    if (decoded.success)
      guarded(fail, () => {
        onMessage(decoded.data);
      });
    else fail(`${describeType(data)}: ${z.prettifyError(decoded.error)}`);
  });
  window.addEventListener('error', (event) => {
    fail(describeError(event.error ?? event.message));
  });
  window.addEventListener('unhandledrejection', (event) => {
    fail(describeError(event.reason));
  });
  return {
    post: (message) => {
      api.postMessage(message);
    },
    start: () => {
      api.postMessage({ type: 'ready' });
    },
    readState: () => keptOf(api.getState()).view,
    writeState: (state) => {
      keep({ view: state });
    },
  };
}

/** The view's state, and what the host needs to fill the panel again after a restart. */
interface Kept {
  readonly panel?: unknown;
  readonly view?: unknown;
}

function keptOf(state: unknown): Kept {
  return typeof state === 'object' && state !== null ? state : {};
}

function guarded(fail: (message: string) => void, run: () => void): void {
  try {
    run();
  } catch (error) {
    fail(describeError(error));
    throw error;
  }
}

function describeType(message: unknown): string {
  const type =
    typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
  return `view: message ${typeof type === 'string' ? `"${type}"` : 'without a type'} was not understood`;
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
