/** What commands, panels and editors share. Made once, by the composition root. */
import type { Uri } from 'vscode';
import type { Engines } from './engines';
import type { EvaluationStore } from './evaluations/evaluationStore';
import type { MetaStore } from './metas/metaStore';
import type { Report } from './report';
import type { CheckedRuns } from './runs/checkedRuns';
import type { RunRef, RunStore } from './runs/runStore';

export interface Services {
  readonly extensionUri: Uri;
  readonly report: Report;
  readonly engines: Engines;
  readonly runs: RunStore;
  readonly evaluations: EvaluationStore;
  readonly metas: MetaStore;
  readonly checked: CheckedRuns;
  /** Tells that a run is looked at. */
  readonly viewed: (run: RunRef) => void;
}
