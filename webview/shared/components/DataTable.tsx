/**
 * The twin of a chart: the same numbers as a table in a dialog, to read, copy or save. At most 1,000 rows are shown,
 * else every k-th, which it says; what is copied or saved is all of them.
 */
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { integer, num } from '../format';
import { type CellValue, fileNameOf, toCsv, toTsv, useSave } from '../save';
import { Button, IconButton } from './buttons';

export interface TableColumn {
  readonly label: string;
  /** Default: `num` with four digits for numbers, whole numbers whole. */
  readonly format?: ((value: CellValue) => string) | undefined;
}

export interface TableContent {
  /** The section's title. */
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly CellValue[])[];
  /** Without ending; default from the title. */
  readonly fileName?: string | undefined;
  /** One sentence below the header: what was left out, what the numbers are of. */
  readonly note?: string | undefined;
}

export interface DataTableProps extends TableContent {
  readonly onClose: () => void;
}

const MAX_ROWS = 1000;

export function DataTable({ title, columns, rows, fileName, note, onClose }: DataTableProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { save, copy } = useSave();
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  const every = Math.ceil(rows.length / MAX_ROWS);
  const labels = columns.map(({ label }) => label);
  return (
    <dialog ref={dialog} class="data-table" aria-label={`${title}: data`} onClose={onClose}>
      <div class="data-table-header">
        <b class="ellipsis">{title}</b>
        <span class="dim small">{rowCount(rows.length, every)}</span>
        <span class="spring" />
        <Button
          onClick={() => {
            copy(toTsv(labels, rows));
          }}
        >
          Copy
        </Button>
        <Button
          onClick={() => {
            save(`${fileName ?? fileNameOf(title)}.csv`, toCsv(labels, rows));
          }}
        >
          Save as CSV…
        </Button>
        <IconButton
          icon="close"
          label="Close"
          title="Close (Esc)"
          onClick={() => dialog.current?.close()}
        />
      </div>
      {note !== undefined && <p class="data-table-note">{note}</p>}
      {/* A region that scrolls has to be reachable by keyboard. */}
      <div class="data-table-body" tabIndex={0} role="region" aria-label={`${title}: rows`}>
        <Rows columns={columns} rows={rows} every={every} />
      </div>
    </dialog>
  );
}

function rowCount(length: number, every: number): string {
  if (every <= 1) return length === 1 ? '1 row' : `${integer(length)} rows`;
  return `every ${ordinal(every)} of ${integer(length)} rows; a copy has all`;
}

function ordinal(n: number): string {
  const tens = n % 100;
  const ending = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${integer(n)}${ending}`;
}

function Rows({
  columns,
  rows,
  every,
}: Pick<TableContent, 'columns' | 'rows'> & { readonly every: number }) {
  return useMemo(
    () => (
      <table class="table">
        <thead>
          <tr>
            {columns.map(({ label }) => (
              <th scope="col" key={label}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            .filter((_, index) => every <= 1 || index % every === 0)
            .map((row, index) => (
              <tr key={index}>
                {columns.map(({ label, format = cellText }, column) => (
                  <td key={label}>{format(row[column])}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    ),
    [columns, rows, every],
  );
}

/** A cell as a person reads it. */
function cellText(value: CellValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Number.isInteger(value) && Math.abs(value ?? 0) < 1e9 ? integer(value) : num(value, 4);
}
