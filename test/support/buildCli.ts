/** The command line as one file, built where a source is newer, and its run as a child process. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** As deep as the engine's own files, from where it also finds dist/kernels. */
const bundle = join(root, 'build', 'test', 'cli', 'cli.cjs');

/** Path of the built command line. */
async function buildCli(): Promise<string> {
  if (existsSync(bundle) && statSync(bundle).mtimeMs > newestIn(join(root, 'src'))) return bundle;
  mkdirSync(dirname(bundle), { recursive: true });
  const temporary = `${bundle}.${process.pid}.cjs`;
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outfile: temporary,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Its CommonJS build loads files by computed names, which no bundler can follow.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
  });
  // Several test files may build at once: the last rename wins, each file is whole.
  renameSync(temporary, bundle);
  return bundle;
}

function newestIn(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return Math.max(...times);
}

let built: Promise<string> | undefined;

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  /** Sends a signal as soon as stdout contains the text. */
  readonly signal?: { readonly at: string; readonly name: NodeJS.Signals };
}

/** Runs the command line to its end. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const file = await (built ??= buildCli());
  const env = { ...process.env, NO_COLOR: '1', VELO_TFJS_NODE: '' };
  const child = spawn(process.execPath, [file, ...args], { cwd: options.cwd, env });
  let stdout = '';
  let stderr = '';
  let isSent = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const { signal } = options;
    if (signal === undefined || isSent || !stdout.includes(signal.at)) return;
    isSent = true;
    child.kill(signal.name);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

/** The JSON lines of an output; throws where one is none. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
