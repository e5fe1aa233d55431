/**
 * Threads that help the one which trains: each runs its share of a program over the same arena. Between programs they
 * sleep; orders reach them through shared memory, since a thread that trains has no time for messages.
 */
import { Worker } from 'node:worker_threads';
import type { Crew, Span } from '../../core/index';
import { workerScript } from '../workers/script';

/** What a helper is told at its start. */
export interface HelperTask {
  readonly kind: 'helper';
  readonly isa: string;
  /** Among the helpers, from 0. */
  readonly index: number;
  readonly orders: Int32Array;
}

/** An arena to be known by its number, sent as a message. */
export interface Introduction {
  readonly arena: number;
  readonly memory: Float32Array;
}

/** Places in the orders. */
export const ORDER = { count: 0, done: 1, arena: 2, times: 3, programs: 4 } as const;

export interface OpenCrew extends Crew {
  /** Ends the threads; arenas of theirs can be read afterwards, not run together. */
  close(): void;
}

/**
 * @param isa  instruction set of the kernels
 * @param threads  ≥ 2, with the one that calls
 * @throws Error where a thread does not start
 */
export async function openCrew(
  isa: string,
  threads: number,
  script = workerScript(),
): Promise<OpenCrew> {
  const orders = new Int32Array(new SharedArrayBuffer(4 * (ORDER.programs + 2 * (threads - 1))));
  const helpers = Array.from({ length: threads - 1 }, (_, index) => {
    const task: HelperTask = { kind: 'helper', isa, index, orders };
    return new Worker(script, { workerData: task });
  });
  await Promise.all(helpers.map(isReady));
  // From here on they keep no process alive.
  for (const helper of helpers) helper.unref();
  let arenas = 0;
  return {
    threads,
    meet: (memory) => {
      const introduction: Introduction = { arena: arenas, memory };
      for (const helper of helpers) helper.postMessage(introduction);
      return arenas++;
    },
    begin: (arena, programs, times) => {
      give(orders, arena, programs, times);
    },
    end: () => {
      waitFor(orders, helpers.length);
    },
    close: () => {
      for (const helper of helpers) void helper.terminate();
    },
  };
}

function isReady(helper: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    helper.once('message', () => {
      resolve();
    });
    helper.once('error', reject);
  });
}

function give(orders: Int32Array, arena: number, programs: readonly Span[], times: number): void {
  orders[ORDER.arena] = arena;
  orders[ORDER.times] = times;
  programs.forEach(({ place, words }, i) => {
    orders[ORDER.programs + 2 * i] = place;
    orders[ORDER.programs + 2 * i + 1] = words;
  });
  Atomics.store(orders, ORDER.done, 0);
  Atomics.add(orders, ORDER.count, 1);
  Atomics.notify(orders, ORDER.count);
}

/** They finish together: there is hardly anything to wait for. */
function waitFor(orders: Int32Array, helpers: number): void {
  for (;;) {
    const done = Atomics.load(orders, ORDER.done);
    if (done === helpers) return;
    Atomics.wait(orders, ORDER.done, done);
  }
}
