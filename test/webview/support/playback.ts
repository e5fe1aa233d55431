/** A host made of recorded messages: answers `ready` and requests, and can play a run step by step. */
import { isLive } from '../../../src/protocol/live/index';
import type { SeriesUpdate, TraceSelection, TraceUpdate } from '../../../src/protocol/live/index';
import { type HostMessage, isReply } from './scenes';
import { selectionReply, sliceSeries, sliceTrace } from './slices';
import { runLength, tensorsOf, traceOf } from './variations';

export interface PlaybackOptions {
  readonly messages: readonly HostMessage[];
  readonly live: boolean;
  readonly send: (message: HostMessage) => void;
}

/** A message of any view. */
export interface Request {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Milliseconds between two updates, and seconds that a whole run takes. */
const EVERY_MS = 50;
const SECONDS = 40;

/** What a host sends first: without what it sends on request, updates numbered from 0. */
function opening(messages: readonly HostMessage[]): HostMessage[] {
  const number = numbering();
  return messages.filter((message) => !isReply(message)).map(number);
}

function numbering(): (message: HostMessage) => HostMessage {
  let seq = 0;
  return (message) => ('seq' in message ? { ...message, seq: seq++ } : message);
}

/** @returns takes what the view posts */
export function playback({ messages, live, send }: PlaybackOptions): (request: Request) => void {
  let number = numbering();
  const sendNumbered = (message: HostMessage) => {
    send(number(message));
  };
  const run = live ? new Run(messages, sendNumbered) : undefined;
  const start = () => {
    number = numbering();
    for (const message of opening(messages))
      if (run?.plays(message) !== true) sendNumbered(message);
    run?.start();
  };
  const select = (selection: TraceSelection) => {
    const message = selectionMessage(messages, selection);
    if (run) run.select(selection);
    else if (message) sendNumbered(message);
  };
  return (request) => {
    if (request.type === 'ready' || request.type === 'resync') start();
    else if (request.type === 'control') run?.control(String(request['action']));
    else if (request.type === 'select') select(request['selection'] as TraceSelection);
    else
      for (const message of messages)
        if (isReply(message) && answers(message, request)) sendNumbered(message);
  };
}

/** Whether a recorded message is what a host would answer: it repeats what was asked for. */
function answers(message: HostMessage, request: Request): boolean {
  if (message.type !== request.type) return false;
  const fields = new Map<string, unknown>(Object.entries(contentOf(message)));
  return Object.entries(request).every(
    ([name, value]) => name === 'type' || fields.get(name) === value,
  );
}

function contentOf(message: HostMessage): object {
  if (message.type === 'matrix') return message.matrix;
  if (message.type === 'response') return message.response;
  if (message.type === 'curves') return message.curves;
  if (message.type === 'sweep') return message.sweep;
  return message.type === 'multipliers' ? message.curve : message;
}

/** Of a selection, what was recorded. */
function selectedParts(
  messages: readonly HostMessage[],
  { tensor, quantity }: TraceSelection,
): Pick<TraceUpdate, 'detail' | 'distribution'> {
  const updates = messages
    .filter((message) => message.type === 'trace')
    .map(({ update }) => update);
  const detail = updates.find((update) => update.detail?.tensor === tensor)?.detail;
  const distribution = updates.find(
    (update) => update.distribution?.quantity === quantity,
  )?.distribution;
  return { ...(detail && { detail }), ...(distribution && { distribution }) };
}

function selectionMessage(
  messages: readonly HostMessage[],
  selection: TraceSelection,
): HostMessage | undefined {
  const trace = traceOf(messages);
  if (trace === undefined) return undefined;
  const chosen = selectedParts(messages, selection);
  const update = selectionReply(trace, chosen, runLength(messages) + 1, tensorsOf(messages));
  return { type: 'trace', seq: 0, update };
}

/** One run that goes on by itself. */
class Run {
  readonly #messages: readonly HostMessage[];
  readonly #send: (message: HostMessage) => void;
  readonly #series: SeriesUpdate | undefined;
  #trace: TraceUpdate | undefined;
  readonly #length: number;
  #state: 'running' | 'paused' | 'finished' = 'running';
  #step = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(messages: readonly HostMessage[], send: (message: HostMessage) => void) {
    this.#messages = messages;
    this.#send = send;
    const runId = messages.find((message) => message.type === 'run')?.runId;
    this.#series = messages
      .filter((message) => message.type === 'series')
      .flatMap(({ updates }) => updates)
      .find((series) => series.runId === runId);
    this.#trace = traceOf(messages);
    this.#length = runLength(messages);
  }

  /** Whether the message is played instead of sent at once. */
  plays(message: HostMessage): boolean {
    return message.type === 'series' || (message.type === 'trace' && message.update.reset);
  }

  start(): void {
    clearInterval(this.#timer);
    this.#step = 0;
    this.#sendOthers();
    this.#advance(0);
    this.#timer = setInterval(() => {
      if (this.#state === 'running') this.#advance((this.#length * EVERY_MS) / (SECONDS * 1000));
    }, EVERY_MS);
  }

  control(action: string): void {
    if (action === 'stop') this.#state = 'finished';
    else if (action !== 'step') this.#state = action === 'pause' ? 'paused' : 'running';
    this.#advance(action === 'step' ? 1 : 0);
  }

  select(selection: TraceSelection): void {
    if (this.#trace === undefined) return;
    const chosen = selectedParts(this.#messages, selection);
    this.#trace = { ...this.#trace, ...chosen };
    const step = Math.floor(this.#step);
    this.#sendTrace(selectionReply(this.#trace, chosen, step, tensorsOf(this.#messages)));
  }

  #sendOthers(): void {
    for (const message of this.#messages)
      if (message.type === 'series') {
        const updates = message.updates.filter(({ runId }) => runId !== this.#series?.runId);
        this.#send({ ...message, seq: 0, updates });
      }
  }

  #advance(steps: number): void {
    const from = this.#step;
    this.#step = Math.min(this.#length, from + Math.max(steps, 0));
    if (this.#step >= this.#length) this.#state = 'finished';
    const to = Math.floor(this.#step);
    const begin = Math.floor(from);
    if (this.#series) {
      const part = sliceSeries(this.#series, begin, to);
      const trainLoss = this.#series.losses[Math.max(0, to - 1)] ?? null;
      const entry = {
        ...part.entry,
        state: this.#state,
        owner: 'engine' as const,
        step: to,
        trainLoss,
      };
      this.#send({ type: 'series', seq: 0, updates: [{ ...part, entry }] });
    }
    if (this.#trace) this.#sendTrace(this.#cut(this.#trace, begin, to));
    if (!isLive(this.#state)) clearInterval(this.#timer);
  }

  #cut(trace: TraceUpdate, from: number, to: number): TraceUpdate {
    return sliceTrace(trace, Math.floor(from), Math.floor(to), tensorsOf(this.#messages));
  }

  #sendTrace(update: TraceUpdate): void {
    this.#send({ type: 'trace', seq: 0, update });
  }
}
