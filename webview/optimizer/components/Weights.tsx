/** The arrays of the file with their norms and histograms; the chosen one's matrix is shown below. */
import { useMemo, useRef } from 'preact/hooks';
import { Section } from '../../shared/components';
import { integer, num, shape } from '../../shared/format';
import { sectionState } from '../editor';
import type { Editor } from '../editor';
import { weightsTable } from '../exports';
import { groupRows, histogramPath } from '../groups';
import type { GroupRow } from '../groups';

const BAR_ROOM = { width: 120, height: 16 };

export interface WeightsProps {
  readonly editor: Editor;
  /** Name of the chosen array. */
  readonly chosen: string;
}

export function Weights({ editor, chosen }: WeightsProps) {
  const { inspection, change, narrow } = editor;
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = useMemo(() => groupRows(inspection), [inspection]);
  const current = rows.findIndex(({ group }) => group.name === chosen);
  const choose = (index: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, index));
    const row = rows[next];
    if (row === undefined) return;
    change({ group: row.group.name });
    body.current?.rows[next]?.focus();
  };
  return (
    <Section
      title="Weights"
      unit="choose an array to see its matrix"
      table={() => weightsTable(inspection)}
      {...sectionState(editor, 'weights')}
    >
      <div class="weights-scroll">
        <table class="table weights" role="grid" aria-label="Arrays of the file">
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col">Shape</th>
              {!narrow && <th scope="col">Numbers</th>}
              <th scope="col">RMS</th>
              <th scope="col">Max |w|</th>
              {!narrow && (
                <th scope="col" class="left">
                  Values, ±3 deviations
                </th>
              )}
            </tr>
          </thead>
          <tbody
            ref={body}
            onKeyDown={(event) => {
              const next = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: Infinity };
              const target = next[event.key as keyof typeof next] as number | undefined;
              if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
              event.preventDefault();
              choose(target);
            }}
          >
            {rows.map((row, index) => (
              <Row
                key={row.group.name}
                row={row}
                narrow={narrow}
                isChosen={index === current}
                onChoose={() => {
                  choose(index);
                }}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

interface RowProps {
  readonly row: GroupRow;
  readonly narrow: boolean;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Row({ row, narrow, isChosen, onChoose }: RowProps) {
  const { group, note, isUnused } = row;
  return (
    <tr
      class={isUnused ? 'unused' : undefined}
      aria-selected={isChosen}
      tabIndex={isChosen ? 0 : -1}
      onClick={onChoose}
    >
      <td>
        {group.name}
        {note !== '' && <span class="dim group-note">{note}</span>}
      </td>
      <td>{shape(group.shape)}</td>
      {!narrow && <td>{integer(group.size)}</td>}
      <td>{num(group.rms)}</td>
      <td>{num(group.maxAbs)}</td>
      {!narrow && (
        <td class="left">
          <MiniHistogram counts={group.histogram} />
        </td>
      )}
    </tr>
  );
}

function MiniHistogram({ counts }: { readonly counts: Uint32Array }) {
  const { width, height } = BAR_ROOM;
  return (
    <svg class="mini-histogram" width={width} height={height} aria-hidden="true">
      <path class="bars" d={histogramPath(counts, width, height - 1)} />
      <path class="middle" d={`M${width / 2} 0V${height}`} />
    </svg>
  );
}
