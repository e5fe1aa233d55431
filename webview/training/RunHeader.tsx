/** Name, state, six numbers and the toolbar of the run; a line of progress below. */
import { KeyValues, ProgressLine, StateBadge } from '../shared/components';
import type { KeyValue } from '../shared/components';
import { duration, integer, num } from '../shared/format';
import type { RunEntry } from '../../src/protocol/live/index';
import type { Training } from './model';
import { Toolbar } from './Toolbar';
import type { ToolbarProps } from './Toolbar';

/** Before this many steps, the time that is left is a guess. */
const STEPS_BEFORE_ESTIMATE = 20;

export interface RunHeaderProps extends ToolbarProps {
  /** Leaves out what doesn't change. */
  readonly isNarrow: boolean;
}

export function RunHeader({ isNarrow, ...props }: RunHeaderProps) {
  const { entry } = props.data.main;
  return (
    <>
      <div class="view-row">
        <div class="view-name">
          <h1 class="ellipsis" title={entry.directory}>
            {entry.name}
          </h1>
          <StateBadge state={entry.state} />
        </div>
        <KeyValues layout="header" items={headerItems(props.data, isNarrow)} />
        <span class="spring" />
        <Toolbar {...props} />
      </div>
      <ProgressLine
        label="Steps done"
        value={entry.state === 'starting' ? undefined : entry.step / Math.max(1, entry.numSteps)}
      />
    </>
  );
}

function headerItems({ main }: Training, isNarrow: boolean): KeyValue[] {
  const { entry } = main;
  return [
    { label: 'Step', value: `${integer(entry.step)} / ${integer(entry.numSteps)}` },
    {
      label: 'Train loss',
      value: num(entry.trainLoss),
      title: 'Mean of the last 50 logged losses',
    },
    { label: 'Held-out loss', value: num(entry.heldOutLoss), title: 'Of the last evaluation' },
    { label: 'Speed', value: speedOf(entry) },
    ...(entry.state === 'running' ? [{ label: 'Time left', value: timeLeft(entry) }] : []),
    ...(entry.state === 'running' || entry.seconds === 0
      ? []
      : [{ label: 'Trained for', value: duration(entry.seconds) }]),
    ...(isNarrow
      ? []
      : [
          { label: 'Optimizer', value: optimizerOf(entry), title: entry.task },
          { label: 'Device', value: entry.device ?? '–' },
        ]),
  ];
}

function optimizerOf({ optimizer, handMade }: RunEntry): string {
  return handMade && !optimizer.includes('handmade') ? `${optimizer} (hand-made)` : optimizer;
}

function speedOf({ msPerStep }: RunEntry): string {
  return msPerStep === null || msPerStep <= 0 ? '–' : `${num(1000 / msPerStep)} steps/s`;
}

function timeLeft({ step, numSteps, msPerStep }: RunEntry): string {
  if (msPerStep === null || step < STEPS_BEFORE_ESTIMATE) return '–';
  return duration(((numSteps - step) * msPerStep) / 1000);
}
