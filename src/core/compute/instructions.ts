/** Writing instructions for the kernels by the names of their ops. */
import { UserError } from '../../base/index';
import type { KernelRuntime } from './kernelRuntime';

/** Writes an instruction: op code, number of arguments, arguments. */
export type Emit = (op: string, ...args: number[]) => number[];

/** The instruction writer for a runtime; it throws UserError('device') where the kernels lack the op. */
export function instructionsOf(runtime: KernelRuntime): Emit {
  return (op, ...args) => {
    const code = runtime.ops.get(op);
    if (code !== undefined) return [code, args.length, ...args];
    throw new UserError('device', `the ${runtime.flavour} kernels have no op "${op}"`, {
      remedy: 'They are of another version: build the project again.',
    });
  };
}

const bits = new DataView(new ArrayBuffer(4));

/** A float argument as the word that carries it. */
export function floatBits(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}
