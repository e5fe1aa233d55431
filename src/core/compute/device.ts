/**
 * What a training runs on: a tfjs backend for the network's gradient and, on the devices that have them,
 * kernels for the optimizer. How a device is found and loaded is not core's business.
 */
import type { KernelRuntime } from './kernelRuntime';

/** In the order in which an automatic choice prefers them; `wasm-relaxed` and `tensorflow` only when asked for. */
export const DEVICES = ['native', 'wasm', 'wasm-relaxed', 'cpu', 'tensorflow'] as const;
export type DeviceKind = (typeof DEVICES)[number];

export interface Device {
  readonly name: DeviceKind;
  /** The tfjs backend, which is the active one while the device is used: `wasm`, `cpu`, `tensorflow`. */
  readonly backend: string;
  /** Absent where the optimizer runs as tfjs ops. */
  readonly kernels?: KernelRuntime;
  /** Name and instruction set for records, `native avx2`. */
  readonly label: string;
  /** One plain clause on what computes what. */
  readonly summary: string;
}
