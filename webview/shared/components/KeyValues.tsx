/** Labels with values: side by side in a header, or as lines in a side column. */
import type { ComponentChildren } from 'preact';

export interface KeyValue {
  readonly label: string;
  readonly value: ComponentChildren;
  readonly title?: string | undefined;
}

export interface KeyValuesProps {
  readonly items: readonly KeyValue[];
  /** `header`: label above value, wrapping; `lines`: label left, value right; `card`: label left, long text beside it. */
  readonly layout: 'header' | 'lines' | 'card';
}

export function KeyValues({ items, layout }: KeyValuesProps) {
  return (
    <dl class={`key-values ${layout}`}>
      {items.map(({ label, value, title }) => (
        <div key={label} title={title}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
