import { describe, expect, it } from 'vitest';
import { reduce } from '../../../../webview/training/model';
import {
  RUN_MESSAGE,
  entryOf,
  histogram,
  joined,
  modelAfter,
  ready,
  seriesMessage,
  seriesOf,
  traceMessage,
  traceOf,
} from './builders';

const first = seriesMessage(0, seriesOf({ steps: [0, 1], losses: [3, 2], heldOut: [[0, 2.5]] }));
const second = seriesMessage(
  1,
  seriesOf({ reset: false, steps: [2], losses: [1], heldOut: [[2, 1.5]], entry: { step: 3 } }),
);

describe('loading', () => {
  it('is ready when the run and its curves are there, in either order', () => {
    expect(modelAfter().status).toBe('loading');
    expect(modelAfter(RUN_MESSAGE).status).toBe('loading');
    expect(modelAfter(first).status).toBe('loading');
    expect(modelAfter(RUN_MESSAGE, first).status).toBe('ready');
    expect(modelAfter(first, RUN_MESSAGE).status).toBe('ready');
  });

  it('is not ready with the curves of another run only', () => {
    const other = seriesMessage(0, seriesOf({ runId: 'other', steps: [0], losses: [1] }));
    expect(modelAfter(RUN_MESSAGE, other).status).toBe('loading');
  });
});

describe('curves', () => {
  it('appends what is new to what was there', () => {
    const { main } = ready(modelAfter(RUN_MESSAGE, first, second));
    expect([...main.steps]).toEqual([0, 1, 2]);
    expect([...main.losses]).toEqual([3, 2, 1]);
    expect([...main.heldOutSteps]).toEqual([0, 2]);
    expect([...main.heldOutLosses]).toEqual([2.5, 1.5]);
  });

  it('replaces everything on a reset', () => {
    const again = seriesMessage(1, seriesOf({ steps: [0], losses: [9] }));
    const { main } = ready(modelAfter(RUN_MESSAGE, first, again));
    expect([...main.losses]).toEqual([9]);
    expect(main.heldOutSteps.length).toBe(0);
  });

  it('takes steps that come again in place of the old ones, as after a resume', () => {
    const model = modelAfter(RUN_MESSAGE, first, second);
    const resumed = reduce(
      model,
      seriesMessage(2, seriesOf({ reset: false, steps: [1, 2], losses: [7, 6] })),
    );
    expect([...ready(resumed).main.steps]).toEqual([0, 1, 2]);
    expect([...ready(resumed).main.losses]).toEqual([3, 7, 6]);
    expect([...ready(model).main.losses]).toEqual([3, 2, 1]);
  });

  it('keeps overlays apart from the main run', () => {
    const overlay = seriesOf({ runId: 'adam', steps: [0, 1], losses: [5, 4] });
    const data = ready(modelAfter(RUN_MESSAGE, first, seriesMessage(1, overlay)));
    expect([...data.main.losses]).toEqual([3, 2]);
    expect([...(data.series.get('adam')?.losses ?? [])]).toEqual([5, 4]);
  });

  it('does not copy 100,000 points at each update', () => {
    const steps = Array.from({ length: 100_000 }, (_, step) => step);
    let model = modelAfter(RUN_MESSAGE, seriesMessage(0, seriesOf({ steps, losses: steps })));
    const rooms = new Set<ArrayBufferLike>();
    for (let i = 0; i < 1000; i++) {
      const step = 100_000 + i;
      model = reduce(
        model,
        seriesMessage(1 + i, seriesOf({ reset: false, steps: [step], losses: [step] })),
      );
      rooms.add(ready(model).main.losses.buffer);
    }
    expect(rooms.size).toBe(1);
    expect(ready(model).main.losses.length).toBe(101_000);
    expect(ready(model).main.losses.at(-1)).toBe(100_999);
  });
});

describe('order of the updates', () => {
  it('ignores one that came before', () => {
    const model = modelAfter(RUN_MESSAGE, first, second);
    expect(reduce(model, second)).toBe(model);
  });

  it('notes a gap and takes nothing until the run is sent anew', () => {
    const late = seriesMessage(3, seriesOf({ reset: false, steps: [3], losses: [0.5] }));
    const gap = modelAfter(RUN_MESSAGE, first, second, late);
    expect(gap.gap).toBe(true);
    expect(ready(gap).main.steps.length).toBe(3);
    const next = reduce(
      gap,
      seriesMessage(4, seriesOf({ reset: false, steps: [4], losses: [0.4] })),
    );
    expect(next.gap).toBe(true);
    const anew = reduce(
      next,
      seriesMessage(0, seriesOf({ steps: [0, 1, 2, 3, 4], losses: [3, 2, 1, 0.5, 0.25] })),
    );
    expect(anew.gap).toBe(false);
    expect(anew.seq).toBe(0);
    expect([...ready(anew).main.losses]).toEqual([3, 2, 1, 0.5, 0.25]);
  });

  it('sees that the first updates are missing', () => {
    const late = seriesMessage(5, seriesOf({ reset: false, steps: [3], losses: [1] }));
    expect(modelAfter(RUN_MESSAGE, late).gap).toBe(true);
  });

  it('is not ended by an overlay that begins anew', () => {
    const overlay = seriesOf({ runId: 'adam', steps: [0], losses: [5] });
    expect(modelAfter(RUN_MESSAGE, first, seriesMessage(7, overlay)).gap).toBe(true);
  });

  it('counts curves and trace together', () => {
    const model = modelAfter(RUN_MESSAGE, first, traceMessage(1, traceOf({ steps: [0] })));
    expect(model.seq).toBe(1);
    expect(reduce(model, second)).toBe(model);
  });
});

describe('trace', () => {
  const counts = (bin: number, n: number) => histogram({ positive: { [bin]: n } });
  const begun = traceOf({
    steps: [0, 2],
    hidden: 2,
    networks: 1,
    multipliers: [
      [1, 2],
      [3, 4],
    ],
    distribution: {
      quantity: 'update',
      from: 0,
      counts: joined(counts(1, 1), counts(2, 2), counts(3, 3), counts(4, 4)),
    },
    detail: {
      tensor: 0,
      from: 0,
      update: joined(counts(1, 1), counts(3, 3)),
      gradient: joined(counts(1, 1), counts(3, 3)),
      parameter: joined(counts(1, 1), counts(3, 3)),
      hidden: Float32Array.from([0.1, 0.2, 0.3, 0.4]),
      cell: Float32Array.from([1, 2, 3, 4]),
      controls: Float32Array.from([5, 6]),
    },
  });
  const more = traceOf({
    reset: false,
    steps: [4],
    multipliers: [[5, 6]],
    distribution: { quantity: 'update', from: 2, counts: joined(counts(5, 5), counts(6, 6)) },
  });
  const begin = [RUN_MESSAGE, first, traceMessage(1, begun)] as const;

  it('is unknown, then absent or there', () => {
    expect(ready(modelAfter(RUN_MESSAGE, first)).traceKnown).toBe(false);
    const { meta, ...without } = traceOf({ steps: [] });
    expect(meta?.tensors.length).toBe(2);
    const absent = ready(modelAfter(RUN_MESSAGE, first, traceMessage(1, without)));
    expect(absent.traceKnown).toBe(true);
    expect(absent.trace).toBeUndefined();
    expect(ready(modelAfter(...begin)).trace?.steps.length).toBe(2);
  });

  it('grows by rows', () => {
    const { trace } = ready(modelAfter(...begin, traceMessage(2, more)));
    expect([...(trace?.steps ?? [])]).toEqual([0, 2, 4]);
    expect([...(trace?.multipliers ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(trace?.distribution?.length).toBe(3);
    expect(trace?.distribution?.counts.at(5 * 203 + 101 + 6)).toBe(6);
    expect(trace?.detail?.length).toBe(2);
  });

  it('replaces the histograms when another quantity or tensor comes', () => {
    const other = traceOf({
      reset: false,
      steps: [],
      distribution: { quantity: 'gradient', from: 0, counts: joined(counts(7, 7), counts(8, 8)) },
    });
    const { trace } = ready(modelAfter(...begin, traceMessage(2, other)));
    expect(trace?.distribution?.quantity).toBe('gradient');
    expect(trace?.distribution?.length).toBe(1);
    expect(trace?.steps.length).toBe(2);
  });

  it('leaves out histograms with a hole before them', () => {
    const behind = traceOf({
      reset: false,
      steps: [4, 6],
      distribution: { quantity: 'update', from: 3, counts: joined(counts(7, 7), counts(8, 8)) },
    });
    const { trace } = ready(modelAfter(...begin, traceMessage(2, behind)));
    expect(trace?.distribution?.length).toBe(2);
  });

  it('remembers how many snapshots an order of cells was made of', () => {
    const model = modelAfter(...begin, {
      type: 'cellOrder',
      tensor: 0,
      state: 'h',
      order: Uint32Array.from([1, 0]),
    });
    expect(ready(model).cellOrder).toMatchObject({ tensor: 0, state: 'h', snapshots: 2 });
  });
});

describe('failure', () => {
  it('stands in place of the content until the run is sent anew', () => {
    const failed = modelAfter(RUN_MESSAGE, first, {
      type: 'problem',
      message: 'It is gone.',
      remedy: 'Close it.',
    });
    expect(failed).toMatchObject({ status: 'failed', message: 'It is gone.', remedy: 'Close it.' });
    expect(reduce(failed, second).status).toBe('failed');
    expect(reduce(failed, seriesMessage(0, seriesOf({ steps: [0], losses: [1] }))).status).toBe(
      'ready',
    );
  });

  it('of the engine keeps the data', () => {
    const lost = modelAfter(RUN_MESSAGE, first, { type: 'engine', state: 'lost', message: 'gone' });
    expect(ready(lost).engine).toEqual({ state: 'lost', message: 'gone' });
    expect(ready(lost).main.losses.length).toBe(2);
  });
});

it('lists the runs that may be laid over', () => {
  const available = [entryOf({ runId: 'adam' })];
  const data = ready(
    modelAfter(RUN_MESSAGE, first, { type: 'overlays', shown: ['adam'], available }),
  );
  expect(data.shown).toEqual(['adam']);
  expect(data.available).toBe(available);
});
