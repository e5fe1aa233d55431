/** The command line as one file, built where a source is newer, and its run as a child process. */
import { spawn } from 'node:child_process';
import { bundleOf } from './bundles';

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
  const file = await (built ??= bundleOf('src/cli/main.ts', 'cli.cjs'));
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
