/** The LSTM of one tensor: cells by steps, and the chosen cell's trace below. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { isLive } from '../../../src/protocol/live/index';
import { ColorBar, Section, Segmented, Select } from '../../shared/components';
import { tickLabel } from '../../shared/format';
import { cellValues, isOrderStale, needsClusters, orderCells, robustLimit } from '../figures/cells';
import { cellsTable } from '../figures/tables';
import type { TensorDetail, Trace } from '../model/trace';
import { chosenTensor, sectionState } from '../panel';
import type { Panel } from '../panel';
import type { CellOrderKind } from '../view';
import { CellMap } from './CellMap';
import { CellTrace } from './CellTrace';

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
}

const ORDER_OPTIONS: readonly { readonly value: CellOrderKind; readonly label: string }[] = [
  { value: 'none', label: 'as stored' },
  { value: 'cluster', label: 'cluster' },
  { value: 'variance', label: 'variance' },
  { value: 'peak', label: 'peak time' },
];

/** What both charts of the section show. */
export interface CellsShown {
  readonly detail: TensorDetail;
  readonly cells: number;
  /** f32[m, H] of the chosen state. */
  readonly values: Float32Array;
  /** Value at the ends of the palette. */
  readonly limit: number;
  /** Cells from top to bottom. */
  readonly order: Uint32Array;
  /** The chosen cell, inside what there is. */
  readonly cell: number;
}

export function LstmCells({ panel, trace }: Props) {
  const { view, axis, data, cursor } = panel;
  const { open, onToggle } = sectionState(panel, 'cells');
  const tensor = chosenTensor(data, view);
  const detail = trace.detail?.tensor === tensor ? trace.detail : undefined;
  const shown = useCells(panel, trace, open ? detail : undefined);
  const name = trace.meta.tensors[tensor]?.name ?? '';
  return (
    <Section
      title="LSTM cells"
      unit={`${trace.meta.hidden} cells of ${name} × steps`}
      open={open}
      onToggle={onToggle}
      tools={<Tools panel={panel} trace={trace} limit={shown?.limit ?? 1} />}
      table={detail && (() => cellsTable(trace, detail, view.cellState, cursor.step))}
    >
      <CellMap panel={panel} trace={trace} shown={shown} />
      <CellTrace panel={panel} trace={trace} shown={shown} width={axis.width} />
    </Section>
  );
}

function Tools({ panel, trace, limit }: Props & { readonly limit: number }) {
  const { view, change, data } = panel;
  const end = tickLabel(Number(limit.toPrecision(2)));
  return (
    <>
      <ColorBar token="--velo-div" from={`−${end}`} to={end} />
      <Select
        label="Tensor"
        options={trace.meta.tensors.map(({ name }, index) => ({
          value: String(index),
          label: name,
        }))}
        value={String(chosenTensor(data, view))}
        onChange={(tensor) => {
          change({ tensor: Number(tensor) });
        }}
      />
      <Segmented
        label="State of the cells"
        options={[
          { value: 'h', label: 'h', title: 'Hidden state, −1 to 1' },
          { value: 'c', label: 'c', title: 'Cell state; the palette ends at its 99.5 % quantile' },
        ]}
        value={view.cellState}
        onChange={(cellState) => {
          change({ cellState });
        }}
      />
      <Select
        label="Order of the cells"
        options={ORDER_OPTIONS}
        value={view.cellOrder}
        onChange={(cellOrder) => {
          change({ cellOrder, cellRows: undefined });
        }}
      />
    </>
  );
}

/** Values, palette and order of the cells; asks the host for clusters when they are wanted. */
function useCells(
  panel: Panel,
  trace: Trace,
  detail: TensorDetail | undefined,
): CellsShown | undefined {
  const { view, data, post } = panel;
  const { cellState, cellOrder } = view;
  const cells = trace.meta.hidden;
  const live = isLive(data.main.entry.state);
  const tensor = detail?.tensor ?? -1;
  const clusters = data.cellOrder;
  const asked = useRef<{ key: string; snapshots: number }>(undefined);
  useEffect(() => {
    if (detail === undefined || cellOrder !== 'cluster') return;
    const wanted = { tensor, state: cellState };
    const key = `${tensor} ${cellState}`;
    const isAsked =
      asked.current?.key === key && !isOrderStale(asked.current.snapshots, detail.length, live);
    if (isAsked || !needsClusters(clusters, wanted, detail.length, live)) return;
    asked.current = { key, snapshots: detail.length };
    post({ type: 'cellOrder', ...wanted });
  }, [detail, cellOrder, cellState, live, clusters]);

  const values = detail && cellValues(detail, cellState);
  const limit = useMemo(
    () => (cellState === 'h' || values === undefined ? 1 : robustLimit(values)),
    [values, cellState],
  );
  const fits = clusters?.tensor === tensor && clusters.state === cellState;
  const order = useStableOrder({
    kind: cellOrder,
    key: `${tensor} ${cellState} ${cellOrder}`,
    snapshots: detail?.length ?? 0,
    live,
    clusters: fits ? clusters.order : undefined,
    make: (known) => orderCells(cellOrder, values ?? new Float32Array(0), cells, known),
  });
  if (detail === undefined || values === undefined || cells === 0) return undefined;
  return { detail, cells, values, limit, order, cell: Math.min(view.cell, cells - 1) };
}

interface StableOrderOptions {
  readonly kind: CellOrderKind;
  /** Of what the order is; another one is made anew. */
  readonly key: string;
  readonly snapshots: number;
  readonly live: boolean;
  readonly clusters: Uint32Array | undefined;
  readonly make: (clusters: Uint32Array | undefined) => Uint32Array;
}

/** An order that stays while a run goes on, until twice as many snapshots are known or other clusters came. */
function useStableOrder(options: StableOrderOptions): Uint32Array {
  const { kind, key, snapshots, live, clusters, make } = options;
  const kept = useRef<
    Pick<StableOrderOptions, 'key' | 'clusters' | 'snapshots'> & { readonly order: Uint32Array }
  >(undefined);
  const { current } = kept;
  const isKept =
    current?.key === key &&
    (kind === 'cluster'
      ? current.clusters === clusters
      : !isOrderStale(current.snapshots, snapshots, live));
  if (isKept) return current.order;
  const order = make(clusters);
  kept.current = { key, clusters, snapshots, order };
  return order;
}
