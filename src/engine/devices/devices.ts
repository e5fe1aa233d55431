/** The devices of this machine: choosing one, and saying of each whether it works and, if not, why. */
import { UserError } from '../../base/index';
import { DEVICES } from '../../core/index';
import type { Device, DeviceKind } from '../../core/index';
import { loadNativeKernels, loadRelaxedWasmKernels, loadWasmKernels } from './loadKernels';
import type { LoadedKernels } from './loadKernels';
import { TENSORFLOW_REMEDY, loadTensorflow } from './loadTensorflow';
import type { LoadedTensorflow } from './loadTensorflow';
import { activateCpu, activateWasm } from './tfjsBackends';

/** Where devices come from; the defaults are this machine's, others are for tests. */
export interface DeviceSources {
  readonly loadNative: () => LoadedKernels;
  readonly loadWasm: () => LoadedKernels;
  readonly loadRelaxedWasm: () => LoadedKernels;
  readonly loadTensorflow: () => Promise<LoadedTensorflow>;
  readonly activateWasm: () => Promise<void>;
}

const OWN_SOURCES: DeviceSources = {
  loadNative: () => loadNativeKernels(),
  loadWasm: () => loadWasmKernels(),
  loadRelaxedWasm: () => loadRelaxedWasmKernels(),
  loadTensorflow: () => loadTensorflow(),
  activateWasm,
};

/** The others are for those who ask for them. */
const AUTOMATIC = ['native', 'wasm', 'cpu'] as const;

export interface PickedDevice {
  readonly device: Device;
  /** One line for people: what was chosen, and what was passed over and why. */
  readonly why: string;
}

/**
 * The named device with its tfjs backend active; `auto` takes the first of native, wasm and cpu that works.
 * @throws UserError('device') where the named one does not work
 */
export async function pickDevice(
  name: DeviceKind | 'auto',
  sources: Partial<DeviceSources> = {},
): Promise<PickedDevice> {
  const all = { ...OWN_SOURCES, ...sources };
  if (name !== 'auto') {
    const device = await open(name, all);
    return { device, why: `${device.name}: ${device.summary}` };
  }
  const passedOver: string[] = [];
  for (const candidate of AUTOMATIC) {
    try {
      const device = await open(candidate, all);
      return { device, why: [`${device.name}: ${device.summary}`, ...passedOver].join('; ') };
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      passedOver.push(`not ${thrown.message}`);
    }
  }
  throw new UserError('device', `no device works: ${passedOver.join('; ')}`);
}

/** Whether a device works here, for a check-up. */
export interface DeviceReport {
  readonly name: DeviceKind;
  readonly available: boolean;
  /** What computes what, or why it does not work. */
  readonly text: string;
  /** What to do about it, where there is something. */
  readonly remedy?: string;
}

/** Tries every device, in the order of preference; tfjs's active backend is another one afterwards. */
export async function listDevices(sources: Partial<DeviceSources> = {}): Promise<DeviceReport[]> {
  const all = { ...OWN_SOURCES, ...sources };
  const reports: DeviceReport[] = [];
  for (const name of DEVICES) {
    try {
      const { summary } = await open(name, all);
      reports.push({ name, available: true, text: summary });
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      // The message begins with the device's name, which a report has already.
      const text = thrown.message.replace(`${name}: `, '');
      const { remedy } = thrown;
      reports.push({ name, available: false, text, ...(remedy === undefined ? {} : { remedy }) });
    }
  }
  return reports;
}

async function open(name: DeviceKind, sources: DeviceSources): Promise<Device> {
  switch (name) {
    case 'native':
      return openKernels(name, sources.loadNative(), sources);
    case 'wasm':
      return openKernels(name, sources.loadWasm(), sources);
    case 'wasm-relaxed':
      return openKernels(name, sources.loadRelaxedWasm(), sources);
    case 'cpu':
      await activateCpu();
      return { name, backend: 'cpu', label: name, summary: 'plain JavaScript, slow' };
    case 'tensorflow':
      return openTensorflow(await sources.loadTensorflow());
  }
}

/** Instruction sets whose own names say little. */
const KERNEL_NAMES: Readonly<Record<string, string>> = {
  simd128: 'WebAssembly SIMD',
  relaxed: 'relaxed WebAssembly SIMD',
};

async function openKernels(
  name: 'native' | 'wasm' | 'wasm-relaxed',
  loaded: LoadedKernels,
  sources: DeviceSources,
): Promise<Device> {
  if (loaded.runtime === undefined) {
    throw new UserError('device', `${name}: ${loaded.reason}`, {
      remedy: `Build the kernels with "npm run build", or choose another device.`,
    });
  }
  try {
    await sources.activateWasm();
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    const remedy = thrown.remedy ?? 'Choose the device cpu.';
    throw new UserError('device', `${name}: ${thrown.message}`, { remedy, cause: thrown });
  }
  const { isa } = loaded.runtime;
  return {
    name,
    backend: 'wasm',
    kernels: loaded.runtime,
    label: `${name} ${isa}`,
    summary: `compiled plans on ${KERNEL_NAMES[isa] ?? isa.toUpperCase()} kernels`,
  };
}

function openTensorflow(loaded: LoadedTensorflow): Device {
  if (loaded.processor === undefined) {
    throw new UserError('device', `tensorflow: ${loaded.reason}`, { remedy: TENSORFLOW_REMEDY });
  }
  return {
    name: 'tensorflow',
    backend: 'tensorflow',
    label: `tensorflow ${loaded.processor.toLowerCase()}`,
    summary: `TensorFlow on the ${loaded.processor}`,
  };
}
