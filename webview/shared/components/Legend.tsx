/** Names of what a chart draws, with the value at the cursor: the legend is the read-out. A click hides or shows. */
import type { ComponentChildren } from 'preact';
import { Swatch, type SwatchDash } from './Swatch';

export interface LegendItem {
  readonly id: string;
  readonly name: string;
  /** A token or CSS colour; without one there is no swatch. */
  readonly color?: string | undefined;
  readonly dash?: SwatchDash | undefined;
  /** `<CursorValue …/>` or text. */
  readonly value?: ComponentChildren;
  readonly hidden?: boolean | undefined;
  readonly title?: string | undefined;
}

export interface LegendProps {
  readonly items: readonly LegendItem[];
  /** With it, names are buttons. */
  readonly onToggle?: ((id: string) => void) | undefined;
}

export function Legend({ items, onToggle }: LegendProps) {
  return (
    <ul class="legend">
      {items.map((item) => (
        <li key={item.id}>
          {onToggle === undefined ? (
            <span class="legend-item" title={item.title}>
              <Content item={item} />
            </span>
          ) : (
            <button
              type="button"
              class="legend-item"
              aria-pressed={item.hidden !== true}
              title={
                item.title ?? `${item.name}: click to ${item.hidden === true ? 'show' : 'hide'} it`
              }
              onClick={() => {
                onToggle(item.id);
              }}
            >
              <Content item={item} />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Content({ item }: { readonly item: LegendItem }) {
  return (
    <>
      {item.color !== undefined && <Swatch color={item.color} dash={item.dash} />}
      <span class="ellipsis">{item.name}</span>
      {item.value !== undefined && <b>{item.value}</b>}
    </>
  );
}
