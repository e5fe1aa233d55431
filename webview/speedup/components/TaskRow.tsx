/** One task in the table. */
import type { Speedup } from '../../../src/protocol/live/index';
import { integer, num, tickLabel } from '../../shared/format';
import { speedupText, speedupWithSeeds } from '../figures/words';
import type { Shown } from './useShown';
import { MarkIcon } from './MarkIcon';
import { Sparkline } from './Sparkline';

export interface TaskRowProps {
  readonly shown: Shown;
  /** In the overview. */
  readonly index: number;
  readonly isFocusable: boolean;
}

export function TaskRow({ shown, index, isFocusable }: TaskRowProps) {
  const { overview, looks, choices, chosen, narrow, choose, openTask } = shown;
  const task = overview.tasks[index]!;
  const front = task.results[chosen.front];
  return (
    <tr
      tabIndex={isFocusable ? 0 : -1}
      aria-selected={index === chosen.task}
      onClick={() => {
        choose(index);
      }}
      onDblClick={() => {
        openTask(index);
      }}
    >
      <th scope="row" class="left">
        <TaskName {...{ task }} />
      </th>
      {!narrow && (
        <>
          <td class="left dim">{task.family}</td>
          <td>{integer(task.numParams)}</td>
          <td>{known(task.bestLearningRate, tickLabel)}</td>
          <td>{known(task.baselineLoss, num)}</td>
        </>
      )}
      {task.results.map(
        (result, optimizer) =>
          (!narrow || optimizer === chosen.front) && (
            <td key={optimizer}>
              <SpeedupCell
                speedup={result[choices.unit]}
                color={looks[optimizer]!.color}
                hasBar={!narrow}
              />
            </td>
          ),
      )}
      <td>
        {front !== undefined && front.spark.length + task.baselineSpark.length > 0 ? (
          <Sparkline
            baseline={task.baselineSpark}
            own={front.spark}
            color={looks[chosen.front]!.color}
          />
        ) : (
          '–'
        )}
      </td>
    </tr>
  );
}

function TaskName({ task }: { readonly task: Shown['overview']['tasks'][number] }) {
  const { name, standsFor, summary } = task;
  return (
    <span
      class="task-name"
      title={
        standsFor === undefined
          ? `${name}: ${summary}`
          : `${name}: ${summary} A stand-in for ${standsFor}.`
      }
    >
      <span class="ellipsis">{name}</span>
      {standsFor !== undefined && <span class="dim small">stand-in for {standsFor}</span>}
    </span>
  );
}

function known(value: number, format: (value: number) => string): string {
  return Number.isNaN(value) ? '–' : format(value);
}

interface SpeedupCellProps {
  readonly speedup: Speedup;
  readonly color: string;
  readonly hasBar: boolean;
}

function SpeedupCell({ speedup, color, hasBar }: SpeedupCellProps) {
  const { kind, value } = speedup;
  const className = kind === 'failed' ? 'bad' : value < 1 ? 'dim' : '';
  return (
    <span class={`speedup-cell ${className}`} title={speedupWithSeeds(speedup)}>
      {kind === 'failed' && <MarkIcon mark="failed" color="--velo-bad" />}
      {speedupText(speedup)}
      {hasBar && <Bar value={kind === 'pending' ? NaN : value} color={color} />}
    </span>
  );
}

/** Bars end at this many octaves on either side of 1×. */
const OCTAVES = 4;

/** From the middle, which is 1×, to the right for faster, to the left for slower. */
function Bar({ value, color }: { readonly value: number; readonly color: string }) {
  // Its place stays where there is nothing to show: the numbers stand below each other.
  if (!(value > 0)) return <span class="speedup-bar-room" aria-hidden="true" />;
  const share = Math.max(-1, Math.min(1, Math.log2(value) / OCTAVES));
  const left = share < 0 ? 50 + 50 * share : 50;
  return (
    <span class="speedup-bar" aria-hidden="true">
      <span
        class="speedup-bar-fill"
        style={{ left: `${left}%`, width: `${50 * Math.abs(share)}%`, background: `var(${color})` }}
      />
    </span>
  );
}
