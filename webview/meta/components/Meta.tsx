/** The view once there is a meta-training: header, charts over outer steps beside what was learned, sensitivity, checkpoints. */
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { ProgressLine, Skeleton, Slider } from '../../shared/components';
import type { MetaViewMessage } from '../../../src/protocol/live/index';
import type { Breakpoint } from '../../shared/useSize';
import { aboutText, safetyText } from '../figures/words';
import type { MetaData, MetaModel } from '../model';
import { sectionState, usePanel } from '../panel';
import type { Panel } from '../panel';
import { Checkpoints } from '../sections/Checkpoints';
import { Drift } from '../sections/Drift';
import { Gradient } from '../sections/Gradient';
import { Lengths } from '../sections/Lengths';
import { Losses } from '../sections/Losses';
import { Multiplier } from '../sections/Multiplier';
import { Pairs } from '../sections/Pairs';
import { Sensitivity } from '../sections/Sensitivity';
import { Speedup } from '../sections/Speedup';
import { Tasks } from '../sections/Tasks';
import { Throughput } from '../sections/Throughput';
import type { ViewChoices } from '../view';
import { Header } from './Header';
import { Notices } from './Notices';
import { useExports } from './useExports';
import { useKeys } from './useKeys';

export interface MetaProps {
  readonly model: MetaModel;
  readonly data: MetaData;
  readonly breakpoint: Breakpoint;
  readonly width: number;
  readonly initial: ViewChoices;
  readonly post: (message: MetaViewMessage) => void;
  readonly keep: (choices: ViewChoices) => void;
}

export function Meta({ model, ...rest }: MetaProps) {
  const { data, post } = rest;
  const { canControl } = model;
  const panel = usePanel({ ...rest, canControl });
  const page = useRef<HTMLDivElement>(null);
  const charts = useRef<HTMLDivElement>(null);
  const exports = useExports(panel, charts);
  useKeys(page, panel);
  const { state, progress } = data.entry;
  const isLive = state === 'starting' || state === 'running' || state === 'stopping';
  const isBlank = data.validations.length === 0 && data.iterations.iteration.length === 0;
  return (
    <div ref={page}>
      <div class="view-header">
        <Header {...{ data, canControl, exports, post }} />
        {isLive && (
          <ProgressLine label="Meta-training" value={state === 'starting' ? undefined : progress} />
        )}
        <About panel={panel} />
      </div>
      <Notices {...{ model, data, post }} />
      {isBlank ? (
        <Waiting />
      ) : (
        <>
          <Charts {...{ panel, charts }} />
          <Sensitivity
            {...{ canControl, post }}
            state={model.sensitivity}
            isNarrow={panel.breakpoint === 'narrow'}
            {...sectionState(panel, 'sensitivity')}
          />
          <Checkpoints panel={panel} />
        </>
      )}
    </div>
  );
}

function About({ panel }: { readonly panel: Panel }) {
  const { data, choices, change, breakpoint } = panel;
  return (
    <div class="view-controls meta-about">
      <span class="dim small">{aboutText(data)}</span>
      <span class="spring" />
      {breakpoint === 'wide' && <span class="dim small">{safetyText(data)}</span>}
      <Slider
        label="Smoothing"
        min={0}
        max={0.99}
        step={0.01}
        value={choices.smoothing}
        format={(value) => value.toFixed(2)}
        onChange={(smoothing) => {
          change({ smoothing });
        }}
      />
    </div>
  );
}

function Learned({ panel }: { readonly panel: Panel }) {
  return (
    <aside class="meta-side" aria-label="What was learned">
      <Multiplier panel={panel} />
      <Tasks panel={panel} />
      <Drift panel={panel} />
    </aside>
  );
}

/** Nothing is known yet: the frames of what will stand here. */
function Waiting() {
  return (
    <div class="loading" aria-busy="true">
      <Skeleton height={250} />
      <Skeleton height={170} />
    </div>
  );
}

interface ChartsProps {
  readonly panel: Panel;
  readonly charts: RefObject<HTMLDivElement | null>;
}

function Charts({ panel, charts }: ChartsProps) {
  return (
    <div ref={charts} class={panel.breakpoint === 'wide' ? 'meta-columns' : undefined}>
      <div>
        <Losses panel={panel} />
        <Speedup panel={panel} />
        {panel.breakpoint !== 'wide' && <Learned panel={panel} />}
        <Pairs panel={panel} />
        <Gradient panel={panel} />
        <Lengths panel={panel} />
        <Throughput panel={panel} />
      </div>
      {panel.breakpoint === 'wide' && <Learned panel={panel} />}
    </div>
  );
}
