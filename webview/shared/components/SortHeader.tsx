/** Tables whose columns sort: the head of a column, and keys that go from row to row. */
import { Icon } from './Icon';

export interface Sorting<Key extends string> {
  readonly key: Key;
  readonly descending: boolean;
}

export interface SortHeaderProps<Key extends string> {
  readonly column: { readonly key: Key; readonly label: string; readonly isText?: boolean };
  readonly sort: Sorting<Key>;
  readonly onSort: (sort: Sorting<Key>) => void;
  /** At the first click; default rising. */
  readonly descendingFirst?: boolean;
}

/** A click sorts by the column, another one turns the order. */
export function SortHeader<Key extends string>(props: SortHeaderProps<Key>) {
  const { column, sort, onSort, descendingFirst = false } = props;
  const { key, label, isText } = column;
  const isSorted = sort.key === key;
  const direction = sort.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      class={isText === true ? 'left' : undefined}
      aria-sort={isSorted ? direction : 'none'}
    >
      <button
        type="button"
        class="sort-button"
        title={`Sort by ${label}`}
        onClick={() => {
          onSort({ key, descending: isSorted ? !sort.descending : descendingFirst });
        }}
      >
        <span class="ellipsis">{label}</span>
        {isSorted && <Icon name={sort.descending ? 'chevron-down' : 'chevron-up'} size={12} />}
      </button>
    </th>
  );
}

/** The row that a key leads to; may lie outside of the table. */
export function rowAfter(
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  current: number,
  count: number,
): number | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  return { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: count - 1 }[key];
}
