/** What may be done with a run in its state; the toolbar, the banners and the keys all ask here. */
import { isLive } from '../../src/protocol/live/index';
import type { RunAction } from '../../src/protocol/live/index';
import type { Training } from './model';

/** Actions that make sense now, whether or not they are allowed. */
export interface RunControls {
  /** What the first button does; absent when the run is over. */
  readonly main?: 'pause' | 'continue' | 'resume' | undefined;
  readonly step: boolean;
  readonly stop: boolean;
  /** Whether the buttons can be pressed; `why` says what is in the way. */
  readonly enabled: boolean;
  readonly why?: string | undefined;
}

export function runControls({ main, run, engine }: Training): RunControls {
  const { state, owner, canResume } = main.entry;
  const inFlight = isLive(state) && owner === 'engine';
  const why = !run.canControl
    ? 'The workspace is not trusted'
    : engine.state !== 'connected'
      ? 'The engine does not answer'
      : owner === 'other'
        ? 'Another process trains this run'
        : undefined;
  return {
    main: mainAction(state, inFlight || owner === 'other', canResume),
    step: inFlight && state === 'paused',
    stop: inFlight,
    enabled: why === undefined,
    why,
  };
}

function mainAction(
  state: Training['main']['entry']['state'],
  inFlight: boolean,
  canResume: boolean,
): RunControls['main'] {
  if (inFlight && state === 'paused') return 'continue';
  if (inFlight && isLive(state)) return 'pause';
  return canResume ? 'resume' : undefined;
}

/** Whether an action can be done now. */
export function canDo(controls: RunControls, action: RunAction): boolean {
  if (!controls.enabled) return false;
  if (action === 'step') return controls.step;
  if (action === 'stop') return controls.stop;
  return controls.main === action;
}
