/**
 * A part of a view: a header with title, unit or reading rule, legend, warning and tools, and a body that can be
 * folded away (then it isn't rendered). `T` inside it, or its table button, opens the data as a table.
 */
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { DataTable, type TableContent } from './DataTable';
import { IconButton } from './buttons';
import { Icon } from './Icon';

export interface SectionWarning {
  /** `below zero at step 830: the update climbs` */
  readonly text: string;
  /** Puts the cursor there. */
  readonly onClick?: (() => void) | undefined;
}

export interface SectionProps {
  readonly title: string;
  /** Unit or reading rule, in dim text. */
  readonly unit?: string | undefined;
  readonly legend?: ComponentChildren;
  readonly warning?: SectionWarning | undefined;
  readonly tools?: ComponentChildren;
  /** The numbers as drawn, made when the table is opened. */
  readonly table?: (() => TableContent) | undefined;
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
  readonly children?: ComponentChildren;
}

export function Section(props: SectionProps) {
  const { title, unit, legend, warning, tools, table, open, onToggle, children } = props;
  const id = useId();
  const [content, setContent] = useState<TableContent>();
  const showTable =
    table &&
    (() => {
      setContent(table());
    });
  return (
    <section
      class="section"
      aria-labelledby={`${id}-title`}
      onKeyDown={(event) => {
        if (showTable === undefined || !isTableKey(event)) return;
        event.preventDefault();
        showTable();
      }}
    >
      <header class="section-header">
        <h2>
          <button
            type="button"
            class="section-toggle"
            aria-expanded={open}
            aria-controls={`${id}-body`}
            onClick={() => {
              onToggle(!open);
            }}
          >
            <Icon name={open ? 'chevron-down' : 'chevron-right'} />
            <span id={`${id}-title`}>{title}</span>
          </button>
        </h2>
        {unit !== undefined && unit !== '' && (
          <span class="section-unit" title={unit}>
            {unit}
          </span>
        )}
        {open && legend !== undefined && <div class="section-legend">{legend}</div>}
        <div class="section-end">
          {warning && <Warning {...warning} />}
          {open && tools !== undefined && <div class="section-tools">{tools}</div>}
          {showTable && (
            <IconButton
              icon="table"
              label={`${title}: show the data as a table`}
              title="Show the data as a table (T)"
              onClick={showTable}
            />
          )}
        </div>
      </header>
      <div class="section-body" id={`${id}-body`} hidden={!open}>
        {open && children}
      </div>
      {content && (
        <DataTable
          {...content}
          onClose={() => {
            setContent(undefined);
          }}
        />
      )}
    </section>
  );
}

function Warning({ text, onClick }: SectionWarning) {
  const inside = (
    <>
      <Icon name="warning" size={14} />
      <span>{text}</span>
    </>
  );
  return onClick === undefined ? (
    <span class="section-warning">{inside}</span>
  ) : (
    <button type="button" class="section-warning" onClick={onClick} title="Go to that step">
      {inside}
    </button>
  );
}

/** `t` alone, and not while something is typed or a table is open. */
function isTableKey({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  if (key.toLowerCase() !== 't' || ctrlKey || metaKey || altKey) return false;
  return target instanceof Element && target.closest('input, select, textarea, dialog') === null;
}
