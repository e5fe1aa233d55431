/** The runs with what they reached: sortable, each row with the swatch of its line. */
import { useRef, useState } from 'preact/hooks';
import { SortHeader, Swatch, rowAfter } from '../../shared/components';
import { integer, num } from '../../shared/format';
import { inkColor } from '../inks';
import type { ComparedRow, Comparison } from '../rows';
import { MARKED, sortRows } from '../summaries';
import type { Sort, SortKey } from '../view';

export interface RunsTableProps {
  readonly comparison: Comparison;
  readonly sort: Sort;
  readonly narrow: boolean;
  readonly onSort: (sort: Sort) => void;
  readonly onHighlight: (runId: string | undefined) => void;
  readonly onOpen: (runId: string) => void;
  readonly onRemove: (runId: string) => void;
}

interface Column {
  readonly key: SortKey;
  readonly label: string;
  readonly isText?: boolean;
  readonly isDim?: boolean;
  /** Shown where there is little room, too. */
  readonly isNarrow?: boolean;
  readonly text: (row: ComparedRow) => string;
}

function columnsOf({ target }: Comparison): Column[] {
  const goal = target === undefined ? 'target' : num(target);
  return [
    { key: 'optimizer', label: 'Optimizer', isText: true, text: (row) => row.optimizer },
    { key: 'setting', label: 'Setting', isText: true, text: (row) => row.setting || '–' },
    { key: 'state', label: 'State', isText: true, text: (row) => row.stateText },
    { key: 'finalTrain', label: 'Final train loss', text: (row) => num(row.finalTrain) },
    { key: 'finalHeldOut', label: 'Final held-out', text: (row) => num(row.finalHeldOut) },
    {
      key: 'bestHeldOut',
      label: 'Best held-out',
      isNarrow: true,
      text: (row) => num(row.bestHeldOut),
    },
    { key: 'bestStep', label: 'at step', isDim: true, text: (row) => integer(row.bestStep) },
    {
      key: 'stepsToTarget',
      label: `Steps to ${goal}`,
      isNarrow: true,
      text: (row) => integer(row.stepsToTarget),
    },
    { key: 'secondsToTarget', label: 'Seconds to it', text: (row) => num(row.secondsToTarget) },
    { key: 'msPerStep', label: 'ms / step', isDim: true, text: (row) => num(row.msPerStep) },
  ];
}

export function RunsTable(props: RunsTableProps) {
  const { comparison, sort, narrow, onSort, onHighlight } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [active, setActive] = useState(0);
  const columns = columnsOf(comparison).filter(({ isNarrow }) => !narrow || isNarrow);
  const rows = sortRows(comparison.rows, sort);
  const current = Math.min(active, rows.length - 1);
  const focusRow = (index: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, index));
    setActive(next);
    body.current?.rows[next]?.querySelector<HTMLElement>('.run-open')?.focus();
  };
  return (
    <div class="table-scroll">
      <table class="table runs-table">
        <thead>
          <tr>
            <SortHeader
              column={{ key: 'name', label: 'Run', isText: true }}
              {...{ sort, onSort }}
            />
            {columns.map((column) => (
              <SortHeader key={column.key} column={column} {...{ sort, onSort }} />
            ))}
          </tr>
        </thead>
        <tbody
          ref={body}
          onKeyDown={(event) => {
            const next = rowAfter(event, current, rows.length);
            if (next === undefined) return;
            event.preventDefault();
            focusRow(next);
          }}
          onPointerLeave={() => {
            onHighlight(undefined);
          }}
        >
          {rows.map((row, index) => (
            <Row
              key={row.entry.runId}
              {...props}
              row={row}
              columns={columns}
              isActive={index === current}
              onActivate={() => {
                setActive(index);
              }}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends RunsTableProps {
  readonly row: ComparedRow;
  readonly columns: readonly Column[];
  readonly isActive: boolean;
  readonly onActivate: () => void;
}

function Row(props: RowProps) {
  const { row, columns, comparison, isActive, onActivate, onHighlight, onOpen, onRemove } = props;
  const { runId } = row.entry;
  const tabIndex = isActive ? 0 : -1;
  return (
    <tr
      onPointerEnter={() => {
        onHighlight(runId);
      }}
      onFocusIn={() => {
        onActivate();
        onHighlight(runId);
      }}
      onFocusOut={() => {
        onHighlight(undefined);
      }}
      onDblClick={() => {
        onOpen(runId);
      }}
    >
      <th scope="row" class="left">
        <span class="run-cell">
          <input
            type="checkbox"
            checked
            tabIndex={tabIndex}
            aria-label={`Compare ${row.name}`}
            title="Uncheck to take it out of the comparison"
            onChange={(event) => {
              // The host decides: the row goes when the list comes without it.
              event.currentTarget.checked = true;
              onRemove(runId);
            }}
          />
          <Swatch color={inkColor(row.look.ink)} dash={row.look.dash} />
          <button
            type="button"
            class="run-open ellipsis"
            tabIndex={tabIndex}
            title={`Open ${row.name}`}
            onClick={(event) => {
              // Enter, or a click by a screen reader; a pointer opens by a double click.
              if (event.detail === 0) onOpen(runId);
            }}
          >
            {row.name}
          </button>
        </span>
      </th>
      {columns.map((column) => (
        <td key={column.key} class={cellClass(column, row, comparison)}>
          {column.text(row)}
          {isBest(column, row, comparison) && (
            <>
              <span class="best-dot" aria-hidden="true" />
              <span class="hidden-text">, best</span>
            </>
          )}
        </td>
      ))}
    </tr>
  );
}

function cellClass(column: Column, row: ComparedRow, comparison: Comparison): string {
  const isBad = column.key === 'state' && (row.state === 'diverged' || row.state === 'failed');
  return [
    column.isText && 'left',
    column.isDim && 'dim',
    isBad && 'bad',
    isBest(column, row, comparison) && 'best',
  ]
    .filter(Boolean)
    .join(' ');
}

function isBest({ key }: Column, row: ComparedRow, { best }: Comparison): boolean {
  const column = MARKED.find((marked) => marked === key);
  if (column === undefined || row.state === 'diverged' || row.state === 'failed') return false;
  return row[column] !== null && row[column] === best[column];
}
