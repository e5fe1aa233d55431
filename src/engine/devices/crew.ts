/**
 * Threads that help the one which trains: each runs its share of a program over the same arena. Between programs they
 * sleep; orders reach them through shared memory, since a thread that trains has no time for messages.
 */
import { Worker } from 'node:worker_threads';
import { UserError } from '../../base/index';
import type { Crew, CrewMemory, Span, WasmModule } from '../../core/index';
import { workerScript } from '../workers/script';

/** What a helper is told at its start. */
export interface HelperTask {
  readonly kind: 'helper';
  readonly kernels: HelperKernels;
  /** Among the helpers, from 0. */
  readonly index: number;
  readonly orders: Int32Array;
}

/** What helpers run: a build of the addon, or the module for shared memory. */
export type HelperKernels =
  | { readonly flavour: 'native'; readonly isa: string }
  | { readonly flavour: 'wasm'; readonly module: WasmModule };

/** An arena to be known by its number, sent as a message. */
export interface Introduction {
  readonly arena: number;
  readonly memory: CrewMemory;
}

/** Places in the orders. */
export const ORDER = { count: 0, done: 1, failed: 2, arena: 3, times: 4, programs: 5 } as const;
/** An order to get to know an arena, instead of one to run programs of it. */
export const MEET = -1;
/** Longest time for that. */
const MEET_MS = 20_000;

export interface OpenCrew extends Crew {
  /** Ends the threads; arenas of theirs can be read afterwards, not run together. */
  readonly close: () => void;
}

/**
 * @param threads  ≥ 2, with the one that calls
 * @throws Error where a thread does not start
 */
export async function openCrew(
  kernels: HelperKernels,
  threads: number,
  script = workerScript(),
): Promise<OpenCrew> {
  const orders = new Int32Array(new SharedArrayBuffer(4 * (ORDER.programs + 2 * (threads - 1))));
  const helpers = Array.from({ length: threads - 1 }, (_, index) => {
    const task: HelperTask = { kind: 'helper', kernels, index, orders };
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
      give(orders, MEET, [], 0);
      waitFor(orders, helpers.length, MEET_MS);
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

/**
 * They finish programs together: there is hardly anything to wait for.
 * @throws UserError('device') where one has failed, or is not done in time
 */
function waitFor(orders: Int32Array, helpers: number, ms = Infinity): void {
  for (;;) {
    const done = Atomics.load(orders, ORDER.done);
    const hasFailed = Atomics.load(orders, ORDER.failed) > 0;
    if (done === helpers && !hasFailed) return;
    if (hasFailed || Atomics.wait(orders, ORDER.done, done, ms) === 'timed-out')
      throw new UserError('device', 'a thread of the kernels cannot work on what it shares');
  }
}
