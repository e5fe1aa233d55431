/** The training panel: one step axis for all charts on the left, everything at the cursor on the right. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { TrainingViewMessage } from '../../src/protocol/live/index';
import { fileNameOf } from '../shared/save';
import { useSize } from '../shared/useSize';
import { Banners } from './Banners';
import { Controls } from './Controls';
import { exportCsv, exportJson } from './exports';
import type { ExportFormat } from './exports';
import { hasMultipliers } from './figures/multiplier';
import { panelKey } from './keys';
import { Failed, Loading } from './Loading';
import type { Training } from './model';
import { NoLstm, NoTrace, Waiting } from './NoTrace';
import { usePanel } from './panel';
import type { Panel } from './panel';
import { picturePng, pictureSvg } from '../shared/picture';
import { RunHeader } from './RunHeader';
import { BankMixture } from './sections/BankMixture';
import { Distributions } from './sections/Distributions';
import { Loss } from './sections/Loss';
import { LstmCells } from './sections/LstmCells';
import { StepMultiplier } from './sections/StepMultiplier';
import { SidePanel } from './SidePanel';
import { useModel } from './store';
import type { TrainingStore } from './store';
import { readView } from './view';
import type { View } from './view';

export interface AppProps {
  readonly store: TrainingStore;
  readonly post: (message: TrainingViewMessage) => void;
  /** What was kept when the panel was shown last. */
  readonly kept: unknown;
  readonly keep: (runId: string, view: View) => void;
}

export function App({ store, post, kept, keep }: AppProps) {
  const model = useModel(store);
  switch (model.status) {
    case 'loading':
      return <Loading words={model.arrived.run ? 'Reading the curves' : 'Opening the run'} />;
    case 'failed':
      return <Failed message={model.message} remedy={model.remedy} />;
    case 'ready': {
      const { runId } = model.arrived.run;
      return (
        <TrainingPanel
          key={runId}
          data={model.arrived}
          initialView={readView(kept, runId)}
          post={post}
          keep={(view) => {
            keep(runId, view);
          }}
        />
      );
    }
  }
}

interface TrainingPanelProps {
  readonly data: Training;
  readonly initialView: View;
  readonly post: AppProps['post'];
  readonly keep: (view: View) => void;
}

function TrainingPanel({ data, initialView, post, keep }: TrainingPanelProps) {
  const root = useRef<HTMLElement>(null);
  const header = useRef<HTMLDivElement>(null);
  const loss = useRef<HTMLDivElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const panelWidth = useSize(root).width;
  const trackWidth = useSize(loss).width;
  const panel = usePanel({ data, initialView, post, keep, panelWidth, trackWidth });
  usePanelKeys(panel, loss);
  useHeaderHeight(root, header, panelWidth);
  const isEmpty = data.main.steps.length === 0 && data.main.heldOutSteps.length === 0;
  const onExport = (format: ExportFormat) => {
    const areas = [loss.current, inside.current].filter((area) => area !== null);
    void exportPanel(format, panel, areas);
  };
  return (
    <main class="training" ref={root}>
      <div class="view-header" ref={header}>
        <RunHeader
          data={data}
          post={post}
          onExport={onExport}
          isNarrow={panel.axis.breakpoint === 'narrow'}
        />
        <Controls panel={panel} />
      </div>
      <Banners panel={panel} />
      {isEmpty && <Waiting panel={panel} />}
      <div class="stack" hidden={isEmpty}>
        <div class="loss" ref={loss}>
          <Loss panel={panel} />
        </div>
        <aside class="side" aria-label="Values at the cursor and tensors">
          <SidePanel panel={panel} />
        </aside>
        <div class="inside" ref={inside}>
          <Inside panel={panel} />
        </div>
      </div>
    </main>
  );
}

/** What the trace shows, as far as the optimizer has it. */
function Inside({ panel }: { readonly panel: Panel }) {
  const { trace, main } = panel.data;
  if (trace === undefined || trace.steps.length === 0) return <NoTrace panel={panel} />;
  const { hidden, networks } = trace.meta;
  const isLearned = hidden > 0 || hasMultipliers(trace);
  return (
    <>
      {hasMultipliers(trace) && <StepMultiplier panel={panel} trace={trace} />}
      <Distributions panel={panel} trace={trace} />
      {hidden > 0 && <LstmCells panel={panel} trace={trace} />}
      {networks > 0 && <BankMixture panel={panel} trace={trace} />}
      {!isLearned && <NoLstm optimizer={main.entry.optimizer} />}
    </>
  );
}

function usePanelKeys(panel: Panel, loss: { readonly current: HTMLElement | null }): void {
  const latest = useRef(panel);
  latest.current = panel;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const openTable = () => {
        // A section opens its own table; without one in focus, T means the first.
        loss.current?.querySelector<HTMLElement>('button[aria-label$="as a table"]')?.click();
      };
      if (panelKey(event, latest.current, openTable)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
}

/** The side column sticks below the header, whose height depends on how its rows wrap. */
function useHeaderHeight(
  root: { readonly current: HTMLElement | null },
  header: { readonly current: HTMLElement | null },
  panelWidth: number,
): void {
  useLayoutEffect(() => {
    const height = header.current?.offsetHeight ?? 0;
    root.current?.style.setProperty('--header-height', `${height}px`);
  }, [panelWidth]);
}

async function exportPanel(
  format: ExportFormat,
  panel: Panel,
  areas: readonly HTMLElement[],
): Promise<void> {
  const content = await exportContent(format, panel, areas);
  const fileName = `${fileNameOf(panel.data.main.entry.name, 'training')}.${format}`;
  panel.post({ type: 'save', fileName, content });
}

function exportContent(
  format: ExportFormat,
  panel: Panel,
  areas: readonly HTMLElement[],
): string | Promise<string | Uint8Array<ArrayBuffer>> {
  switch (format) {
    case 'csv':
      return exportCsv(panel);
    case 'json':
      return exportJson(panel);
    case 'svg':
      return pictureSvg(areas);
    case 'png':
      return picturePng(areas);
  }
}
