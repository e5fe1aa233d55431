/** A thread of a crew: waits for orders, and runs its share of a program over an arena that it shares. */
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { invariant } from '../../base/index';
import { ORDER } from '../devices/crew';
import type { HelperTask, Introduction } from '../devices/crew';
import { loadNativeVariant } from '../devices/loadKernels';

export function help({ isa, index, orders }: HelperTask, port: MessagePort): never {
  const variant = loadNativeVariant(isa);
  const arenas = new Map<number, Float32Array>();
  port.postMessage('ready');
  for (let seen = 0; ;) {
    Atomics.wait(orders, ORDER.count, seen);
    seen = Atomics.load(orders, ORDER.count);
    for (
      let got = receiveMessageOnPort(port);
      got !== undefined;
      got = receiveMessageOnPort(port)
    ) {
      const { arena, memory } = got.message as Introduction;
      arenas.set(arena, memory);
    }
    const memory = arenas.get(orders[ORDER.arena]!);
    invariant(memory !== undefined, 'orders for an arena that was not shown');
    const at = ORDER.programs + 2 * index;
    variant.run(memory, orders[at]!, orders[at + 1]!, orders[ORDER.times]!);
    Atomics.add(orders, ORDER.done, 1);
    Atomics.notify(orders, ORDER.done);
  }
}
