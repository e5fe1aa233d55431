/** What becomes of an error: a notification with its remedy, a line in the log, or silence. The only place that decides it. */
import { join } from 'node:path';
import { commands, window } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import { UserError, messageOf } from '../base/index';
import type { CommandId } from './commands/ids';
import { ENGINE_LOG } from './lazyEngine';
import type { StoredRun } from './runs/runStore';
import { wordsOf } from './words';

export interface Report {
  /** Tells the user, unless it is a cancellation. @param doing  what was being done, for the log: `starting a run` */
  error(thrown: unknown, doing: string): void;
  /** A failure in the background, which nobody waits for: the log alone. */
  quietly(thrown: unknown, doing: string): void;
  /** A run failed while this window watched it: the one thing about runs that is told unasked. */
  runFailed(run: StoredRun): void;
  readonly log: LogOutputChannel;
}

/** A button of a notification and the command behind it. */
interface Remedy {
  readonly title: string;
  readonly command: CommandId;
  readonly argument?: unknown;
}

const SHOW_LOG: Remedy = { title: 'Show Log', command: 'velo.log.show' };
const RESTART: Remedy = { title: 'Restart Engine', command: 'velo.engine.restart' };

export function createReport(log: LogOutputChannel): Report {
  const quietly = (thrown: unknown, doing: string): void => {
    if (isCancellation(thrown)) return;
    if (thrown instanceof UserError) log.warn(`${doing}: ${wordsOf(thrown)}`);
    else
      log.error(`${doing}:`, thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown);
  };
  return {
    log,
    quietly,
    error: (thrown, doing) => {
      quietly(thrown, doing);
      if (!isCancellation(thrown)) void notify(textOf(thrown), remediesOf(thrown));
    },
    runFailed: (run) => {
      const { name, message } = run.entry;
      const reason = message === undefined ? 'failed' : `failed: ${message}`;
      log.error(`${run.runId} ${reason}. More may stand in ${join(run.root, ENGINE_LOG)}.`);
      const open = { title: 'Open Run', command: 'velo.run.open', argument: run } as const;
      void notify(`The run "${name}" ${reason}`, [SHOW_LOG, open]);
    },
  };
}

async function notify(text: string, remedies: readonly Remedy[]): Promise<void> {
  const chosen = await window.showErrorMessage(text, ...remedies.map(({ title }) => title));
  const remedy = remedies.find(({ title }) => title === chosen);
  if (remedy !== undefined) await commands.executeCommand(remedy.command, remedy.argument);
}

function textOf(thrown: unknown): string {
  if (thrown instanceof UserError) return wordsOf(thrown);
  return `VeLO Lab met an error of its own: ${messageOf(thrown)}`;
}

function remediesOf(thrown: unknown): readonly Remedy[] {
  if (!(thrown instanceof UserError)) return [SHOW_LOG];
  return thrown.code === 'engine' ? [RESTART, SHOW_LOG] : [];
}

function isCancellation(thrown: unknown): boolean {
  return thrown instanceof Error && ['AbortError', 'Canceled'].includes(thrown.name);
}
