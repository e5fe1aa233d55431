/**
 * Makes tfjs's own backends work under Node, from source and from the bundle, without a word on the terminal.
 * The engine of tfjs is global, so a backend is activated for the whole process.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { UserError, messageOf } from '../../base/index';
import { installTransposedMatMul } from '../../core/index';

const WASM_FILE = 'tfjs-backend-wasm-simd.wasm';

/** Plain JavaScript: slow, and always there. */
export async function activateCpu(): Promise<void> {
  silenceTfjs();
  await import('@tensorflow/tfjs-backend-cpu');
  await setBackend('cpu');
}

/**
 * tfjs's WebAssembly backend, with a faster product of transposed matrices.
 * @throws UserError('device') where its files are missing or it does not start
 */
export async function activateWasm(): Promise<void> {
  silenceTfjs();
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  if (!('wasm' in tf.engine().registry)) {
    setWasmPaths(`${wasmDirectory()}/`);
    await withoutNewListeners(() => setBackend('wasm'));
    installTransposedMatMul();
  } else {
    await setBackend('wasm');
  }
}

/** Makes a registered backend the active one. @throws UserError('device') where it does not start */
export async function setBackend(name: string): Promise<void> {
  if (tf.getBackend() === name) return;
  let started: boolean;
  try {
    started = await tf.setBackend(name);
  } catch (cause) {
    throw new UserError('device', `tfjs backend ${name} does not start: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (!started) throw new UserError('device', `tfjs backend ${name} does not start`);
}

/** tfjs greets and advises on the terminal; its production mode is the switch for that and nothing else. */
export function silenceTfjs(): void {
  tf.env().set('PROD', true);
}

/** Where the file of this code is: `dist` for the bundle. */
export function codeDirectory(): string {
  // The bundle is CommonJS, where import.meta is empty.
  return typeof __dirname === 'string' ? __dirname : dirname(fileURLToPath(import.meta.url));
}

/** The folder of tfjs's .wasm files: beside the bundle, else in the installed package. */
function wasmDirectory(): string {
  const here = codeDirectory();
  if (existsSync(join(here, WASM_FILE))) return here;
  try {
    const manifest = '@tensorflow/tfjs-backend-wasm/package.json';
    const installed = createRequire(join(here, 'anchor.cjs')).resolve(manifest);
    return join(dirname(installed), 'dist');
  } catch (cause) {
    throw new UserError(
      'device',
      `${WASM_FILE} is neither in ${here} nor in an installed package`,
      {
        remedy: 'Install the program again.',
        cause,
      },
    );
  }
}

/**
 * The loader of the WebAssembly module rethrows every unhandled rejection and exception of the whole process;
 * that is for the program to decide.
 */
async function withoutNewListeners(load: () => Promise<void>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set(listenersOf(event)));
  try {
    await load();
  } finally {
    for (const [index, event] of events.entries()) {
      for (const listener of listenersOf(event)) {
        if (!before[index]?.has(listener)) process.removeListener(event, listener);
      }
    }
  }
}

type Listener = (...args: unknown[]) => void;

function listenersOf(event: 'uncaughtException' | 'unhandledRejection'): Listener[] {
  return process.listeners(event as 'uncaughtException') as Listener[];
}
