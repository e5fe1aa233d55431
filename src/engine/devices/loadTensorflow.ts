/**
 * Finds and loads TensorFlow's own binding for Node, an optional peer that nobody gets unasked: looked for where
 * a setting says, then as an installed package of the project and of this program. What is missing comes back
 * in words, not as an exception.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import * as util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../../base/index';
import { codeDirectory, setBackend, silenceTfjs } from './tfjsBackends';

/** The version of tfjs that this program is built on: both must be the same. */
const VERSION = '4.22';
/** They have the same code; the first also finds a GPU's libraries. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

export const TENSORFLOW_REMEDY =
  'Install @tensorflow/tfjs-node-gpu 4.22 in the project, or name its folder in VELO_TFJS_NODE.';

export interface TensorflowPlaces {
  /** Folder of the package, or of a project that has it; default: the environment's VELO_TFJS_NODE. */
  readonly path?: string | undefined;
  /** The project; default: the current folder. */
  readonly projectDir?: string;
}

/** The device it computes on, or why there is none and what to do. */
export type LoadedTensorflow =
  | { readonly processor: 'GPU' | 'CPU'; readonly reason?: undefined }
  | { readonly processor?: undefined; readonly reason: string };

/** Loads the binding and makes it tfjs's active backend. */
export async function loadTensorflow(places: TensorflowPlaces = {}): Promise<LoadedTensorflow> {
  const found = findPackage(places);
  if ('reason' in found) return found;
  if (!found.version.startsWith(`${VERSION}.`)) {
    return { reason: `${found.directory} is version ${found.version}, expected ${VERSION}` };
  }
  prepareProcess();
  try {
    createRequire(join(found.directory, 'package.json'))(found.directory);
    await setBackend('tensorflow');
  } catch (thrown) {
    const [firstLine] = messageOf(thrown).split('\n');
    return { reason: `${found.directory} cannot be loaded: ${firstLine ?? ''}` };
  }
  const backend = tf.backend() as { readonly isUsingGpuDevice?: boolean };
  return { processor: backend.isUsingGpuDevice === true ? 'GPU' : 'CPU' };
}

interface FoundPackage {
  readonly directory: string;
  readonly version: string;
}

function findPackage({
  path = process.env['VELO_TFJS_NODE'],
  projectDir = process.cwd(),
}: TensorflowPlaces): FoundPackage | { readonly reason: string } {
  if (path !== undefined && path !== '') {
    const directory = resolve(projectDir, path);
    return (
      packageAt(directory) ??
      packageSeenFrom(directory) ?? {
        reason: `${directory} neither is nor has one of ${PACKAGES.join(', ')}`,
      }
    );
  }
  return (
    packageSeenFrom(projectDir) ??
    packageSeenFrom(codeDirectory()) ?? {
      reason: `no installed package ${PACKAGES.join(' or ')} is to be seen from ${projectDir}`,
    }
  );
}

/** The folder itself, when it is the package. */
function packageAt(directory: string): FoundPackage | undefined {
  const manifest = join(directory, 'package.json');
  if (!existsSync(manifest)) return undefined;
  const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
  const isOurs = PACKAGES.some((known) => known === name);
  return isOurs && typeof version === 'string' ? { directory, version } : undefined;
}

function packageSeenFrom(directory: string): FoundPackage | undefined {
  const require = createRequire(join(directory, 'anchor.cjs'));
  for (const name of PACKAGES) {
    try {
      return packageAt(dirname(require.resolve(`${name}/package.json`)));
    } catch {
      // Not installed here; the next name may be.
    }
  }
  return undefined;
}

/** What has to be set before the binding is required. */
function prepareProcess(): void {
  silenceTfjs();
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  // tfjs-node 4.22 calls two functions that Node 23 has removed from its util module.
  const legacy = createRequire(join(codeDirectory(), 'anchor.cjs'))('node:util') as LegacyUtil;
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  if (!('isArray' in util)) legacy.isArray = (value) => Array.isArray(value);
}

interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
  isArray?: (value: unknown) => boolean;
}
