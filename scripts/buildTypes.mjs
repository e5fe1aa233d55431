/**
 * Makes dist/velo-task.d.ts: what a task file can import, with all of tfjs's types that it needs, in one file. It lies
 * beside a person's task, so an editor completes and checks it without any install.
 */
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './install.mjs';

const SOURCES = ['src/core/tasks/user/veloTask.ts', 'src/core/tasks/user/contract.ts'];

/** tfjs's own declarations contradict themselves in places, which is nobody's business who writes a task. */
const HEADER = `// @ts-nocheck
// What a VeLO Lab task can use: defineTask, defineLayersTask, and the types of tfjs 4.22 (Apache License 2.0, Google LLC).
// VeLO Lab writes this file when it makes a task. Editors and compilers read it, nobody runs it.
type Long = unknown;
`;

/** Makes the file unless it is newer than what it is made from. @returns its path */
export async function buildTypes(target = join(root, 'dist', 'velo-task.d.ts')) {
  const made = [...SOURCES, 'package-lock.json', 'scripts/buildTypes.mjs'];
  const newest = Math.max(...made.map((file) => statSync(join(root, file)).mtimeMs));
  if (existsSync(target) && statSync(target).mtimeMs > newest) return target;
  const text = HEADER + withoutNoise(await bundled());
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, target);
  return target;
}

async function bundled() {
  const { rollup } = await import('rollup');
  const { dts } = await import('rollup-plugin-dts');
  const bundle = await rollup({
    input: join(root, SOURCES[0]),
    plugins: [
      dts({
        includeExternal: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'],
        compilerOptions: {
          lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
          composite: false,
          incremental: false,
        },
      }),
    ],
    // Its own files refer to each other in circles.
    onwarn: () => undefined,
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  return output[0].code;
}

/** Without the licence that each of tfjs's 400 files repeats, and references to packages that are not there. */
function withoutNoise(text) {
  return text
    .replace(/^[ \t]*\/\*\*\s*\n\s*\* @license[\s\S]*?\*\/\n/gm, '')
    .replace(/^\/\/\/ <.*\n/gm, '')
    .replace(/^(?: {4})+/gm, (indent) => '\t'.repeat(indent.length / 4));
}
