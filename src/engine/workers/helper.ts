/** A thread of a crew: waits for orders, and runs its share of a program over an arena that it shares. */
import { writeSync } from 'node:fs';
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { invariant } from '../../base/index';
import { joinShared } from '../../core/index';
import type { CrewMemory, Span, WasmMemory } from '../../core/index';
import { MEET, ORDER } from '../devices/crew';
import type { HelperKernels, HelperTask, Introduction } from '../devices/crew';
import { loadNativeVariant } from '../devices/loadKernels';

export function help({ kernels, index, orders }: HelperTask, port: MessagePort): never {
  const join = joiner(kernels, index);
  const arenas = new Map<number, Run>();
  const obey = (): void => {
    for (
      let got = receiveMessageOnPort(port);
      got !== undefined;
      got = receiveMessageOnPort(port)
    ) {
      const { arena, memory } = got.message as Introduction;
      arenas.set(arena, join(memory));
    }
    if (orders[ORDER.arena] === MEET) return;
    const run = arenas.get(orders[ORDER.arena]!);
    invariant(run !== undefined, 'orders for an arena that was not shown');
    const at = ORDER.programs + 2 * index;
    run({ place: orders[at]!, words: orders[at + 1]! }, orders[ORDER.times]!);
  };
  port.postMessage('ready');
  for (let seen = 0; ;) {
    Atomics.wait(orders, ORDER.count, seen);
    seen = Atomics.load(orders, ORDER.count);
    try {
      obey();
    } catch (thrown) {
      writeSync(2, `${String(thrown instanceof Error ? thrown.stack : thrown)}\n`);
      Atomics.store(orders, ORDER.failed, 1);
    }
    Atomics.add(orders, ORDER.done, 1);
    Atomics.notify(orders, ORDER.done);
  }
}

type Run = (program: Span, times: number) => void;

/** How programs of an arena are run. */
function joiner(kernels: HelperKernels, index: number): (memory: CrewMemory) => Run {
  if (kernels.flavour === 'wasm') {
    // What an order is about has the kind that the crew was opened for.
    return (memory) => joinShared(kernels.module, memory as WasmMemory, index);
  }
  const variant = loadNativeVariant(kernels.isa);
  return (memory) =>
    ({ place, words }, times) => {
      variant.run(memory as Float32Array, place, words, times);
    };
}
