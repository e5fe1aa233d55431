/** The status-bar item: there only while something runs, or until a failure was looked at. */
import { StatusBarAlignment, ThemeColor, window } from 'vscode';
import type { Disposable } from '../../base/index';
import { isAtWork, isLive } from '../../protocol/live/index';
import type { EvaluationStore, StoredEvaluation } from '../evaluations/evaluationStore';
import type { MetaStore, StoredMeta } from '../metas/metaStore';
import type { RunRef, RunStore, StoredRun } from '../runs/runStore';
import { keyOf } from '../runs/runStore';
import { throttle } from '../runs/throttle';
import { statusText } from './statusText';

const PACE_MS = 1000;

export type StatusTarget = StoredRun | StoredEvaluation | StoredMeta;

export interface StatusItem extends Disposable {
  /** Tells that somebody looks at a run: its failure is no news any more. */
  readonly viewed: (run: RunRef) => void;
  /** What a click opens: the failed run, else runs, evaluations and meta-trainings in progress. */
  targets(): readonly StatusTarget[];
}

interface StatusSources {
  readonly runs: RunStore;
  readonly evaluations: EvaluationStore;
  readonly metas: MetaStore;
}

/**
 * @param onFailed  called once for each run that fails while this window sees it in progress
 */
export function createStatusItem(
  { runs, evaluations, metas }: StatusSources,
  onFailed: (run: StoredRun) => void,
): StatusItem {
  const item = window.createStatusBarItem('velo.status', StatusBarAlignment.Left, 0);
  item.name = 'VeLO Lab';
  item.command = 'velo.run.openRunning';
  const live = new Set<string>();
  let failed: StoredRun | undefined;

  const evaluating = (): StoredEvaluation[] =>
    evaluations.all().filter(({ entry }) => isAtWork(entry.state));

  const metatraining = (): StoredMeta[] => metas.all().filter(({ entry }) => isAtWork(entry.state));

  const targets = (): readonly StatusTarget[] =>
    failed === undefined
      ? [
          ...runs.all().filter(({ entry }) => isLive(entry.state)),
          ...evaluating(),
          ...metatraining(),
        ]
      : [failed];

  const notice = (run: StoredRun): void => {
    const { key, entry } = run;
    if (isLive(entry.state)) live.add(key);
    else if (live.delete(key) && entry.state === 'failed') {
      failed = run;
      onFailed(run);
    }
  };

  const update = (): void => {
    const entries = runs.all().map(({ entry }) => entry);
    const others = evaluating().map(({ entry }) => entry);
    const further = metatraining().map(({ entry }) => entry);
    const status = statusText(entries, failed?.entry, others, further);
    if (status === undefined) {
      item.hide();
      return;
    }
    item.text = status.text;
    item.tooltip = [...status.lines, 'Click to open.'].join('\n');
    item.accessibilityInformation = { label: status.spoken, role: 'button' };
    item.backgroundColor = status.failed
      ? new ThemeColor('statusBarItem.errorBackground')
      : undefined;
    item.show();
  };
  // No faster: each change draws the tooltip anew.
  const paced = throttle(update, PACE_MS);
  const others = [evaluations.onChange(paced.call), metas.onChange(paced.call)];
  const subscription = runs.onChange(({ isStructural, changed }) => {
    // At once: a run can begin and fail between two looks at the pace of the text.
    for (const run of isStructural ? runs.all() : changed) notice(run);
    paced.call();
  });
  return {
    targets,
    viewed: (run) => {
      if (failed === undefined || failed.key !== keyOf(run)) return;
      failed = undefined;
      update();
    },
    dispose: () => {
      subscription.dispose();
      for (const other of others) other.dispose();
      paced.dispose();
      item.dispose();
    },
  };
}
