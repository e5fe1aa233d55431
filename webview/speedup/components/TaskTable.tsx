/** All tasks with what each optimizer reached: sortable, filtered, with bars around 1× and the curves in small. */
import { useEffect, useRef } from 'preact/hooks';
import { Section, SortHeader, rowAfter } from '../../shared/components';
import { tasksTable } from '../exports';
import type { SortKey } from '../view';
import type { Shown } from './useShown';
import { TaskRow } from './TaskRow';

const COLUMNS = [
  { key: 'name', label: 'Task', isText: true },
  { key: 'family', label: 'Family', isText: true },
  { key: 'numParams', label: 'Parameters' },
] as const;

export function TaskTable({ shown }: { readonly shown: Shown }) {
  const { overview, choices, listed, isOpen, toggle, change } = shown;
  const total = overview.tasks.length;
  return (
    <Section
      title="Tasks"
      unit={
        listed.length < total
          ? `${listed.length} of ${total}`
          : 'a double click or Enter trains one'
      }
      tools={
        <input
          type="text"
          class="task-filter"
          placeholder="Filter tasks"
          aria-label="Filter tasks"
          value={choices.filter}
          onInput={(event) => {
            change({ filter: event.currentTarget.value });
          }}
        />
      }
      table={() => tasksTable(overview)}
      open={isOpen('tasks')}
      onToggle={toggle('tasks')}
    >
      {listed.length === 0 ? (
        <p class="chart-note dim">No task’s name, family or summary has “{choices.filter}”.</p>
      ) : (
        <Rows shown={shown} />
      )}
    </Section>
  );
}

function Rows({ shown }: { readonly shown: Shown }) {
  const { overview, chosen, listed, choose, openTask } = shown;
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const at = listed.findIndex((index) => index === chosen.task);
  useEffect(() => {
    showRow(scroller.current, body.current?.rows[at]);
  }, [at]);
  return (
    <div ref={scroller} class="table-scroll task-scroll">
      <table class="table task-table" role="grid" aria-label="Tasks">
        <Head shown={shown} />
        <tbody
          ref={body}
          onKeyDown={(event) => {
            const row = rowAfter(event, at, listed.length);
            const next = row === undefined ? undefined : listed[clamp(row, listed.length)];
            if (event.key === 'Enter' && chosen.task !== undefined) openTask(chosen.task);
            else if (next !== undefined) {
              choose(next);
              body.current?.rows[listed.indexOf(next)]?.focus();
            } else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        >
          {listed.map((index, row) => (
            <TaskRow
              key={overview.tasks[index]!.name}
              {...{ shown, index }}
              isFocusable={row === Math.max(0, at)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ shown }: { readonly shown: Shown }) {
  const { overview, chosen, narrow, change } = shown;
  const { baseline, numSteps } = overview.protocol;
  const onSort = (sort: { readonly key: SortKey; readonly descending: boolean }) => {
    change({ sort });
  };
  const header = (column: { key: SortKey; label: string; isText?: boolean }) => (
    <SortHeader
      key={column.key}
      {...{ column, onSort }}
      sort={chosen.sort}
      descendingFirst={column.isText !== true}
    />
  );
  return (
    <thead>
      <tr>
        {(narrow ? COLUMNS.slice(0, 1) : COLUMNS).map((column) => header(column))}
        {!narrow && header({ key: 'bestLearningRate', label: `${baseline}’s best lr` })}
        {!narrow && header({ key: 'baselineLoss', label: `${baseline} at ${numSteps}` })}
        {overview.optimizers.map(
          ({ label }, index) =>
            (!narrow || index === chosen.front) && header({ key: `optimizer:${label}`, label }),
        )}
        <th scope="col">Curves</th>
      </tr>
    </thead>
  );
}

function clamp(row: number, count: number): number {
  return Math.min(count - 1, Math.max(0, row));
}

/** Scrolls the row's own box, never the page. */
function showRow(scroller: HTMLElement | null, row: HTMLElement | undefined): void {
  if (scroller === null || row === undefined) return;
  const head = scroller.querySelector('thead')?.offsetHeight ?? 0;
  const top = row.offsetTop - head;
  const bottom = row.offsetTop + row.offsetHeight - scroller.clientHeight;
  if (scroller.scrollTop > top) scroller.scrollTop = top;
  else if (scroller.scrollTop < bottom) scroller.scrollTop = bottom;
}
