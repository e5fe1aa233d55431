/** The thetas that were validated: what each came to, and what can be done with it. */
import { useMemo, useState } from 'preact/hooks';
import type { MetaValidationEntry } from '../../../src/protocol/live/index';
import { Button, Section } from '../../shared/components';
import { count, duration, integer, num, times } from '../../shared/format';
import { useCursorStep } from '../../shared/track';
import { changeText } from '../figures/words';
import { evenly, groupsOf, spreadOf, taskRatio, validationAt } from '../figures/validations';
import type { TaskGroup } from '../figures/validations';
import type { MetaData } from '../model';
import { bestOf } from '../model';
import { sectionState } from '../panel';
import type { Panel } from '../panel';
import { toggled } from '../view';

/** More than those take long to draw. */
const MOST_ROWS = 60;
const NOT_TRUSTED = 'Not in a workspace that is not trusted';

export function Checkpoints({ panel }: { readonly panel: Panel }) {
  const { data, canControl, post } = panel;
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [before, after] = chosen.toSorted((a, b) => a - b);
  const canCompare = canControl && chosen.length === 2;
  return (
    <Section
      title="Checkpoints"
      unit={unitOf(data)}
      {...sectionState(panel, 'checkpoints')}
      tools={
        <Button
          icon="git-compare"
          disabled={!canCompare}
          title={
            canControl ? 'Check two: both then train the same task, and are compared' : NOT_TRUSTED
          }
          onClick={() => {
            if (before !== undefined && after !== undefined)
              post({ type: 'compare', before, after });
          }}
        >
          Compare two…
        </Button>
      }
    >
      {data.validations.length === 0 ? (
        <p class="chart-note dim">The first one is the start, as soon as it is measured.</p>
      ) : (
        <CheckpointTable
          panel={panel}
          chosen={chosen}
          onChoose={(iteration) => {
            setChosen(toggled(chosen, iteration).slice(-2));
          }}
        />
      )}
    </Section>
  );
}

function unitOf({ validations }: MetaData): string {
  const words = 'the thetas that were validated';
  return validations.length > MOST_ROWS
    ? `${words}: ${MOST_ROWS} of ${integer(validations.length)}`
    : words;
}

interface TableProps {
  readonly panel: Panel;
  readonly chosen: readonly number[];
  readonly onChoose: (iteration: number) => void;
}

function CheckpointTable({ panel, chosen, onChoose }: TableProps) {
  const { data, breakpoint } = panel;
  const groups = breakpoint === 'narrow' ? [] : groupsOf(data, 'length').slice(0, 4);
  const hasSpeedup = data.validations.some(({ speedup }) => speedup !== undefined);
  const rows = useMemo(() => rowsOf(data), [data.validations]);
  const at = validationAt({ validations: rows.toReversed() }, useCursorStep(panel.cursor));
  return (
    <div
      class="table-scroll checkpoint-scroll"
      tabIndex={0}
      role="region"
      aria-label="Checkpoints: rows"
    >
      <table class="table checkpoint-table">
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden-text">Compare</span>
            </th>
            <th scope="col">Outer step</th>
            <th scope="col">Loss to start</th>
            <th scope="col">Change</th>
            {hasSpeedup && <th scope="col">Speedup</th>}
            {groups.map(({ id, name }) => (
              <th scope="col" key={id}>
                {name}
              </th>
            ))}
            {breakpoint !== 'narrow' && <th scope="col">Inner steps</th>}
            <th scope="col">Elapsed</th>
            <th scope="col">
              <span class="hidden-text">Train with it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((validation) => (
            <Row
              key={validation.iteration}
              {...{ panel, validation, groups, hasSpeedup, onChoose }}
              isChosen={chosen.includes(validation.iteration)}
              isAt={validation === at}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Newest first; of many, some evenly and the best. */
function rowsOf(data: MetaData): MetaValidationEntry[] {
  const shown = new Set(evenly(data.validations, MOST_ROWS));
  const best = bestOf(data);
  return data.validations.filter((one) => shown.has(one) || one === best).reverse();
}

interface RowProps {
  readonly panel: Panel;
  readonly validation: MetaValidationEntry;
  readonly groups: readonly TaskGroup[];
  readonly hasSpeedup: boolean;
  readonly isChosen: boolean;
  readonly isAt: boolean;
  readonly onChoose: (iteration: number) => void;
}

function Row({ panel, validation, groups, hasSpeedup, isChosen, isAt, onChoose }: RowProps) {
  const { data, cursor, breakpoint } = panel;
  const { iteration, ratio, speedup, innerSteps, seconds } = validation;
  const mark = iteration === 0 ? 'start' : validation === bestOf(data) ? 'best' : '';
  return (
    <tr
      aria-selected={isAt}
      onClick={({ target }) => {
        if (target instanceof Element && target.closest('button, input') === null)
          cursor.pin(iteration);
      }}
    >
      <td>
        <input
          type="checkbox"
          checked={isChosen}
          disabled={validation.theta === undefined}
          aria-label={`Compare step ${integer(iteration)}`}
          onChange={() => {
            onChoose(iteration);
          }}
        />
      </td>
      <td>
        {integer(iteration)} {mark !== '' && <span class="dim">{mark}</span>}
      </td>
      <td>{num(ratio)}</td>
      <td>{iteration === 0 ? '–' : changeText(ratio)}</td>
      {hasSpeedup && <td>{times(speedup)}</td>}
      {groups.map(({ id, tasks }) => (
        <td key={id}>
          {num(spreadOf(tasks.map((task) => taskRatio(data, validation, task))).mean)}
        </td>
      ))}
      {breakpoint !== 'narrow' && <td class="dim">{count(innerSteps)}</td>}
      <td class="dim">{duration(seconds)}</td>
      <td>
        <TrainButton {...{ panel, validation }} />
      </td>
    </tr>
  );
}

function TrainButton({ panel, validation }: Pick<RowProps, 'panel' | 'validation'>) {
  const { canControl, post } = panel;
  const { iteration, theta } = validation;
  if (theta === undefined) return <span class="dim">gone</span>;
  return (
    <Button
      kind="link"
      disabled={!canControl}
      title={canControl ? `A new run with the theta of step ${integer(iteration)}` : NOT_TRUSTED}
      onClick={() => {
        post({ type: 'theta', action: 'train', theta: iteration });
      }}
    >
      Train with it
    </Button>
  );
}
