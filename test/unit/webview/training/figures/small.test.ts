import { describe, expect, it } from 'vitest';
import { BASELINES } from '../../../../../src/core/index';
import { isTraceOff } from '../../../../../webview/training/figures/config';
import { firstNonFinite } from '../../../../../webview/training/figures/health';
import { overlayStyles } from '../../../../../webview/training/figures/overlays';
import {
  elementsOf,
  kindOf,
  layerOf,
  shortName,
  tensorDash,
  tensorStroke,
} from '../../../../../webview/training/figures/tensors';
import { withTraceUpdate } from '../../../../../webview/training/model/trace';
import { TENSORS, entryOf, traceOf } from '../builders';

describe('names of tensors', () => {
  it('split into layer and kind', () => {
    expect([layerOf('layer0/w'), kindOf('layer0/w')]).toEqual(['layer0', 'w']);
    expect([layerOf('a/b/kernel'), kindOf('a/b/kernel')]).toEqual(['a/b', 'kernel']);
    expect([layerOf('x'), kindOf('x')]).toEqual(['x', 'x']);
  });

  it('shorten to first letters and numbers', () => {
    expect(shortName('layer12/w')).toBe('l12/w');
    expect(shortName('dense1/kernel')).toBe('d1/k');
  });

  it('look by layer and by kind', () => {
    expect(TENSORS.map((tensor) => tensorDash(tensor))).toEqual(['solid', 'dot']);
    expect(tensorStroke(TENSORS, 1)).toEqual({ series: 1 });
    const deep = Array.from({ length: 9 }, (_, i) => ({ name: `layer${i}/w`, shape: [2] }));
    expect(tensorStroke(deep, 0)).toEqual({ ramp: 0 });
    expect(tensorStroke(deep, 8)).toEqual({ ramp: 1 });
    expect(elementsOf({ name: 'w', shape: [3, 4] })).toBe(12);
    expect(elementsOf({ name: 's', shape: [] })).toBe(1);
  });
});

describe('runs laid over', () => {
  it('are neutral and dashed when they are baselines, else series 2 to 5, then grey', () => {
    const names = ['velo-a', 'adam 0.001', 'velo-b', 'sgd 0.1', 'velo-c', 'velo-d', 'velo-e'];
    const styles = overlayStyles(names.map((optimizer) => entryOf({ optimizer })));
    expect(styles.map(({ stroke }) => ('series' in stroke ? stroke.series : 'neutral'))).toEqual([
      2,
      'neutral',
      3,
      'neutral',
      4,
      5,
      'neutral',
    ]);
    expect(styles.map(({ dash }) => dash)).toEqual([
      'solid',
      'dash',
      'solid',
      'dashdot',
      'solid',
      'solid',
      'dot',
    ]);
    expect(styles[1]?.stroke).toEqual({ token: '--velo-baseline' });
  });

  it.each(BASELINES.map(({ name }) => name))('know %s for a baseline', (name) => {
    expect(overlayStyles([entryOf({ optimizer: `${name} 0.1` })])[0]?.dash).toBe('dash');
  });
});

describe('the config', () => {
  it('says whether nothing is traced', () => {
    expect(isTraceOff('{"trace": {"every": 0}}')).toBe(true);
    expect(isTraceOff('{"trace": {"every": "auto"}}')).toBe(false);
    expect(isTraceOff('{}')).toBe(false);
    expect(isTraceOff('not json')).toBe(false);
  });
});

describe('the first tensor that is not finite', () => {
  it('is named', () => {
    const well = withTraceUpdate(undefined, traceOf({ steps: [0] }));
    expect(well && firstNonFinite(well)).toBeUndefined();
    const ill = withTraceUpdate(
      undefined,
      traceOf({
        steps: [0, 1],
        rmsUpdates: [
          [1, 1],
          [1, Infinity],
        ],
      }),
    );
    expect(ill && firstNonFinite(ill)).toBe('layer0/b');
  });
});
