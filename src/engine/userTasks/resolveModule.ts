/** Which file an import of a task file means. */
import { statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import { UserError } from '../../base/index';

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs', '.json'];
const OURS = /(^|[\\/])velo-task(\.d)?(\.[jt]s)?$/;
const TFJS = ['@tensorflow/tfjs', '@tensorflow/tfjs-core'];
const LAYERS = '@tensorflow/tfjs-layers';

export type Resolved =
  | { readonly kind: 'file'; readonly path: string }
  /** `velo-task`, of which only types are on the disk. */
  | { readonly kind: 'velo-task' | 'tfjs' | 'layers' }
  | { readonly kind: 'node'; readonly name: string };

/**
 * @param from  the importing file, absolute
 * @throws UserError('config') where there is no such file, or it is a package
 */
export function resolveModule(specifier: string, from: string): Resolved {
  if (TFJS.includes(specifier)) return { kind: 'tfjs' };
  if (specifier === LAYERS) return { kind: 'layers' };
  const isRelative = /^\.\.?([\\/]|$)/.test(specifier) || specifier.startsWith('/');
  const path = isRelative ? fileOf(resolve(dirname(from), specifier)) : undefined;
  if (path !== undefined) return { kind: 'file', path };
  if (OURS.test(specifier)) return { kind: 'velo-task' };
  const name = specifier.replace(/^node:/, '');
  if (!isRelative && builtinModules.includes(name)) return { kind: 'node', name: `node:${name}` };
  throw isRelative ? missing(specifier, from) : isPackage(specifier, from);
}

/** With one of the extensions that code has; `./a.js` may mean `a.ts`, as in TypeScript. */
function fileOf(path: string): string | undefined {
  if (path.endsWith('.d.ts')) return undefined;
  const bare = /\.m?js$/.test(path) ? path.slice(0, -extname(path).length) : undefined;
  const candidates = [
    ...(EXTENSIONS.includes(extname(path)) ? [path] : []),
    ...EXTENSIONS.map((extension) => path + extension),
    ...(bare === undefined ? [] : [`${bare}.ts`, `${bare}.mts`]),
    ...EXTENSIONS.map((extension) => resolve(path, `index${extension}`)),
  ];
  return candidates.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

function missing(specifier: string, from: string): UserError {
  return new UserError('config', `${from} imports "${specifier}", but there is no such file`, {
    remedy: `Expected a file with one of ${EXTENSIONS.join(', ')}.`,
  });
}

function isPackage(specifier: string, from: string): UserError {
  return new UserError(
    'config',
    `${from} imports the package "${specifier}", expected files beside it, ./velo-task or modules of Node`,
    {
      remedy:
        'Copy what is needed into a file of your own: runs keep a hash of all code that they train.',
    },
  );
}
