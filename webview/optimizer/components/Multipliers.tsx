/** The step multipliers that the LSTM gave in one of the runs that used these weights. */
import { useMemo, useRef } from 'preact/hooks';
import { Button, EmptyState, Legend, LoadingText, Section, Select } from '../../shared/components';
import { integer } from '../../shared/format';
import { LinePlot } from '../../shared/plot';
import { stepScale } from '../../shared/scales';
import { useSize } from '../../shared/useSize';
import type { MultiplierCurve } from '../../../src/protocol/live/index';
import { sectionState } from '../editor';
import type { Editor } from '../editor';
import { multiplierTable } from '../exports';
import { multiplierFigure } from '../figures';

const GUTTERS = { left: 56, right: 22, top: 10, bottom: 36 };
const HEIGHT = 196;
/** Names beyond this many would take more room than the chart. */
const MAX_LEGEND = 12;

export function Multipliers({ editor }: { readonly editor: Editor }) {
  const { inspection, model, choices, change, post } = editor;
  const { usedBy } = inspection;
  const chosen = usedBy.find(({ runId }) => runId === choices.runId) ?? usedBy[0];
  const curve = model.curve?.runId === chosen?.runId ? model.curve : undefined;
  const table = curve && { table: () => multiplierTable(curve) };
  const tools = chosen !== undefined && (
    <Select
      label="Run"
      options={usedBy.map(({ runId, name }) => ({ value: runId, label: name }))}
      value={chosen.runId}
      onChange={(runId) => {
        change({ runId });
      }}
    />
  );
  return (
    <Section
      title="Step multiplier in a run"
      tools={tools}
      {...table}
      {...sectionState(editor, 'multipliers')}
    >
      {chosen === undefined ? (
        <EmptyState
          icon="graph-line"
          title="Not used by a run yet"
          actions={
            <Button
              icon="play"
              onClick={() => {
                post({ type: 'trainWithIt' });
              }}
            >
              Train with it
            </Button>
          }
        >
          Train with it to see the factor that its LSTM gives each tensor’s step over a run.
        </EmptyState>
      ) : (
        <Curve key={chosen.runId} curve={curve} />
      )}
    </Section>
  );
}

function Curve({ curve }: { readonly curve: MultiplierCurve | undefined }) {
  const room = useRef<HTMLDivElement>(null);
  const { width } = useSize(room);
  return (
    <div ref={room} class="multipliers">
      {curve === undefined && <LoadingText>Reading the trace</LoadingText>}
      {curve?.steps.length === 0 && (
        <p class="note dim">This run has no trace: it was recorded without step multipliers.</p>
      )}
      {curve !== undefined && curve.steps.length > 0 && width > 0 && (
        <Chart curve={curve} width={width} />
      )}
    </div>
  );
}

function Chart({ curve, width }: { readonly curve: MultiplierCurve; readonly width: number }) {
  const { figure, scale } = useMemo(() => {
    const edges = { left: GUTTERS.left, right: width - GUTTERS.right };
    const scaled = stepScale({ kind: 'linear', from: 0, to: curve.numSteps, ...edges });
    return { scale: scaled, figure: multiplierFigure(curve, scaled) };
  }, [curve, width]);
  const ticks = useMemo(() => scale.axisTicks(5), [scale]);
  return (
    <>
      <LinePlot
        width={width}
        height={HEIGHT}
        gutters={GUTTERS}
        xRange={scale.axisRange}
        xTicks={ticks}
        xTitle="step"
        y={figure.y}
        lines={figure.lines}
        label={figure.label}
      />
      {figure.negativeFrom !== undefined && (
        <p class="note warning-text">
          below zero at step {integer(figure.negativeFrom)}: the update climbs
        </p>
      )}
      {figure.lines.length <= MAX_LEGEND && (
        <div class="note">
          <Legend
            items={figure.lines.map(({ name, color, dash }) => ({ id: name, name, color, dash }))}
          />
        </div>
      )}
    </>
  );
}
