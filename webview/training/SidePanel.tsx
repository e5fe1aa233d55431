/** Everything at the cursor: loss, table of tensors, histograms of the chosen tensor, the chosen cell. */
import { IconButton, KeyValues, Swatch } from '../shared/components';
import type { KeyValue } from '../shared/components';
import { integer, num, percent } from '../shared/format';
import { useCursor } from '../shared/track';
import { effectiveNumber } from './figures/bank';
import { snapshotAt } from './figures/multiplier';
import { lossReadout, tensorReadouts } from './figures/readouts';
import { tensorDash, tensorStroke } from './figures/tensors';
import { MiniHistograms } from './MiniHistograms';
import type { Trace } from './model/trace';
import { strokeColor } from './paint';
import { chosenTensor } from './panel';
import type { Panel } from './panel';

export function SidePanel({ panel }: { readonly panel: Panel }) {
  const { trace } = panel.data;
  const { step } = useCursor(panel.cursor);
  return (
    <div class="side-content">
      <StepValues panel={panel} />
      {trace && trace.steps.length > 0 && (
        <>
          <TensorTable panel={panel} trace={trace} step={step} />
          <MiniHistograms panel={panel} trace={trace} step={step} />
          <CellValues panel={panel} trace={trace} step={step} />
        </>
      )}
    </div>
  );
}

function StepValues({ panel }: { readonly panel: Panel }) {
  const { data, curves, cursor } = panel;
  const { step, pinned, hovering } = useCursor(cursor);
  const { train, smoothed, heldOut, fractionDone } = lossReadout(data, curves, step);
  const where = hovering ? '' : pinned === undefined ? ' · newest' : ' · pinned';
  const items: KeyValue[] = [
    { label: 'Train loss', value: num(train, 4) },
    { label: 'Train loss, smoothed', value: num(smoothed, 4) },
    {
      label: heldOut ? `Held-out loss, step ${integer(heldOut.step)}` : 'Held-out loss',
      value: num(heldOut?.loss, 4),
    },
    { label: 'Fraction done', value: percent(fractionDone) },
  ];
  return (
    <section class="side-block" aria-label="Values at the cursor">
      <h2 class="side-title">
        <span>
          Step {integer(step)}
          {where}
        </span>
        <span class="spring" />
        <IconButton
          icon="chevron-left"
          label="Previous trace point"
          title="Previous trace point (←)"
          onClick={() => {
            cursor.move(-1);
          }}
        />
        <IconButton
          icon="chevron-right"
          label="Next trace point"
          title="Next trace point (→)"
          onClick={() => {
            cursor.move(1);
          }}
        />
        <IconButton
          icon="pinned"
          label="Hold this step"
          title={pinned === undefined ? 'Hold this step' : 'Follow the run again (Esc)'}
          pressed={pinned !== undefined}
          onClick={() => {
            if (pinned === undefined) cursor.pin(step);
            else cursor.unpin();
          }}
        />
      </h2>
      <KeyValues layout="lines" items={items} />
    </section>
  );
}

interface AtStep {
  readonly panel: Panel;
  readonly trace: Trace;
  readonly step: number;
}

function TensorTable({ panel, trace, step }: AtStep) {
  const { data, view, change } = panel;
  const { tensors } = trace.meta;
  const chosen = chosenTensor(data, view);
  return (
    <section class="side-block" aria-label="Tensors">
      <h2 class="side-title">Tensors</h2>
      <div
        class="table-scroll tensor-scroll"
        tabIndex={0}
        role="region"
        aria-label="Table of tensors"
      >
        <table class="table tensors">
          <thead>
            <tr>
              <th scope="col">Tensor</th>
              <th scope="col" title="Step multiplier">
                Mult.
              </th>
              <th scope="col" title="Root mean square of the update">
                RMS update
              </th>
              <th
                scope="col"
                title="RMS update ÷ RMS parameter; the bar is logarithmic, 10⁻⁵ to 10⁻¹, its tick at 10⁻³"
              >
                Upd./weight
              </th>
            </tr>
          </thead>
          <tbody>
            {tensorReadouts(trace, step).map((row, tensor) => (
              <tr
                key={row.name}
                aria-selected={tensor === chosen}
                onClick={() => {
                  change({ tensor });
                }}
              >
                <td>
                  <button type="button" class="tensor-name" aria-pressed={tensor === chosen}>
                    <Swatch
                      color={strokeColor(tensorStroke(tensors, tensor))}
                      dash={tensorDash(tensors[tensor]) === 'dot' ? 'dot' : 'solid'}
                    />
                    <span class="ellipsis">{row.name}</span>
                  </button>
                </td>
                <td>{Number.isNaN(row.multiplier) ? '–' : num(row.multiplier)}</td>
                <td>{num(row.rmsUpdate, 2)}</td>
                <td>
                  {Number.isNaN(row.ratio) ? '–' : num(row.ratio, 2)}
                  <span class="ratio-bar" aria-hidden="true">
                    <i style={{ width: `${row.ratioBar * 100}%` }} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function CellValues({ panel, trace, step }: AtStep) {
  const { data, view, axis } = panel;
  const { hidden, networks, tensors } = trace.meta;
  const { detail } = trace;
  if (hidden === 0 || detail === undefined || axis.breakpoint === 'narrow') return null;
  const snapshot = Math.min(detail.length - 1, snapshotAt(trace.steps, step));
  const cell = Math.min(view.cell, hidden - 1);
  const name = tensors[chosenTensor(data, view)]?.name ?? '';
  return (
    <section class="side-block" aria-label="Chosen cell">
      <h2 class="side-title">
        Cell {cell} of {name}
      </h2>
      <KeyValues
        layout="lines"
        items={[
          { label: 'h, hidden state', value: num(detail.hidden[snapshot * hidden + cell]) },
          { label: 'c, cell state', value: num(detail.cell[snapshot * hidden + cell]) },
          {
            label: 'Bank networks in use, effective',
            value: `${num(effectiveNumber(detail.controls, networks, snapshot), 2)} of ${integer(networks)}`,
            title: '(Σ|a|)² ÷ Σa² of the weights a',
          },
        ]}
      />
    </section>
  );
}
