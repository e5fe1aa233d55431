/** The comparison once there are runs: header, controls, chart, table. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ComparisonViewMessage } from '../../../src/protocol/live/index';
import { Banner, LoadingText, Section } from '../../shared/components';
import { num } from '../../shared/format';
import { chartPicture } from '../../shared/plot';
import { useSave } from '../../shared/save';
import {
  comparisonJson,
  curveTable,
  curvesCsv,
  exportName,
  summaryCsv,
  summaryTable,
} from '../exports';
import type { ComparisonModel } from '../model';
import { compareRuns } from '../rows';
import type { Comparison } from '../rows';
import type { KeptState, ViewChoices } from '../view';
import { Chart } from './Chart';
import { Controls } from './Controls';
import { Header } from './Header';
import { RunsTable } from './RunsTable';

export interface ComparingProps {
  readonly model: ComparisonModel;
  readonly narrow: boolean;
  readonly initial: ViewChoices;
  readonly post: (message: ComparisonViewMessage) => void;
  readonly keep: (state: KeptState) => void;
}

export function Comparing({ model, narrow, initial, post, keep }: ComparingProps) {
  const { runs } = model;
  const [choices, setChoices] = useState(initial);
  const [highlighted, setHighlighted] = useState<string>();
  const frame = useRef<HTMLDivElement>(null);
  const comparison = useMemo(() => compareRuns(runs, choices), [runs, choices]);
  const runIds = runs.map(({ entry }) => entry.runId).join('\n');
  useEffect(() => {
    keep({ runIds: runIds.split('\n'), view: choices });
  }, [runIds, choices]);
  const change = (changes: Partial<ViewChoices>) => {
    setChoices((before) => ({ ...before, ...changes }));
  };
  const onTarget = (target: number | undefined) => {
    change({ target });
  };
  const toggle = (section: 'loss' | 'runs') => (open: boolean) => {
    change({ closed: { ...choices.closed, [section]: !open } });
  };
  const exports = useExports(comparison, choices, frame);
  const addRuns = () => {
    post({ type: 'addRuns' });
  };
  return (
    <>
      <div class="view-header">
        <Header runs={runs} narrow={narrow} exports={exports} onAdd={addRuns} />
        <Controls {...{ comparison, choices, onTarget }} onChange={change} />
      </div>
      <Notices model={model} />
      <Section
        title="Loss"
        unit={[model.lossUnit, readingRule(comparison)].filter((part) => part !== '').join(' · ')}
        table={() => lossTable(comparison, choices)}
        open={!choices.closed.loss}
        onToggle={toggle('loss')}
      >
        <Chart
          {...{ comparison, narrow, highlighted, onTarget, frame }}
          axis={choices.axis}
          onHighlight={setHighlighted}
        />
      </Section>
      <Section
        title="Runs"
        unit="Enter or a double click opens a run"
        table={() => runsTable(comparison)}
        open={!choices.closed.runs}
        onToggle={toggle('runs')}
      >
        <RunsTable
          {...{ comparison, narrow }}
          sort={choices.sort}
          onSort={(sort) => {
            change({ sort });
          }}
          onHighlight={setHighlighted}
          onOpen={(runId) => {
            post({ type: 'openRun', runId });
          }}
          onRemove={(runId) => {
            post({ type: 'removeRun', runId });
          }}
        />
      </Section>
    </>
  );
}

function Notices({ model }: { readonly model: ComparisonModel }) {
  const { engine, problem, runs } = model;
  const read = runs.filter(({ series }) => series !== undefined).length;
  return (
    <>
      {engine.state === 'lost' && (
        <Banner kind="warning" icon="debug-disconnect" title="The engine does not answer.">
          {engine.message ?? 'What is shown here stays; it goes on when the engine is back.'}
        </Banner>
      )}
      {problem && (
        <Banner kind="error" title={problem.message}>
          {problem.remedy}
        </Banner>
      )}
      {read < runs.length && (
        <LoadingText>
          Reading the curves: {read} of {runs.length} runs
        </LoadingText>
      )}
    </>
  );
}

function readingRule({ quantity, rows }: Comparison): string {
  const thinned = rows.some(({ raw }) => raw !== undefined);
  return quantity === 'heldOut' ? 'held-out data' : thinned ? 'training batches, smoothed' : '';
}

function lossTable(comparison: Comparison, { axis }: ViewChoices) {
  const { columns, rows } = curveTable(comparison, axis);
  const what = comparison.quantity === 'heldOut' ? 'Held-out loss' : 'Train loss, smoothed';
  return {
    title: `${what} by ${axis}`,
    columns: columns.map((label) => ({ label })),
    rows,
    fileName: `comparison-${comparison.quantity === 'heldOut' ? 'held-out' : 'train'}-by-${axis}`,
  };
}

function runsTable(comparison: Comparison) {
  const { columns, rows } = summaryTable(comparison);
  const { target } = comparison;
  return {
    title: 'Runs',
    columns: columns.map((label) => ({ label })),
    rows,
    fileName: 'comparison-runs',
    ...(target === undefined ? {} : { note: `Steps and seconds to a loss of ${num(target)}.` }),
  };
}

function useExports(
  comparison: Comparison,
  choices: ViewChoices,
  frame: { readonly current: HTMLDivElement | null },
) {
  const { save } = useSave();
  const name = exportName(comparison, choices);
  const savePicture = async (format: 'png' | 'svg') => {
    if (frame.current === null) return;
    save(`${name}.${format}`, await chartPicture(frame.current, format));
  };
  return [
    {
      label: 'Table of runs (CSV)…',
      onSelect: () => {
        save('comparison-runs.csv', summaryCsv(comparison));
      },
    },
    {
      label: 'Curves (CSV)…',
      onSelect: () => {
        save(`${name}.csv`, curvesCsv(comparison, choices.axis));
      },
    },
    {
      label: 'Everything (JSON)…',
      onSelect: () => {
        save(`${name}.json`, comparisonJson(comparison, choices));
      },
    },
    {
      label: 'Chart (PNG)…',
      onSelect: () => {
        void savePicture('png');
      },
    },
    {
      label: 'Chart (SVG)…',
      onSelect: () => {
        void savePicture('svg');
      },
    },
  ];
}
