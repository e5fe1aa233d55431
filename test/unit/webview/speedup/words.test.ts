import { describe, expect, it } from 'vitest';
import {
  curveTable,
  evaluationJson,
  exportName,
  profileTable,
  speedupTable,
  sweepTable,
  tasksCsv,
} from '../../../../webview/speedup/exports';
import {
  countsText,
  describeChart,
  findingText,
  headerItems,
  secondsFinding,
  speedupText,
  speedupWithSeeds,
  taskText,
} from '../../../../webview/speedup/figures/words';
import type { EvaluationOverview } from '../../../../src/protocol/live/index';
import { DEFAULT_CHOICES } from '../../../../webview/speedup/view';
import { censored, curvesOf, failed, measured, overviewOf, pending, taskOf } from './support';

const overview = overviewOf([
  taskOf('a', measured(543 / 400, 1.2, 1.41)),
  { ...taskOf('b', failed), standsFor: 'cifar10' },
  taskOf('c', censored(10)),
  taskOf('d', pending),
]);
const finding = (task: number) => findingText(overview, overview.tasks[task]!, 0);

describe('the words', () => {
  it('say speedups of every kind', () => {
    const kinds = [measured(1.357), censored(10), failed, pending, measured(0.0002), measured(0)];
    expect(kinds.map(speedupText)).toEqual(['1.36×', '≥ 10×', 'failed', '–', '< 0.001×', '0×']);
    expect(speedupWithSeeds(measured(1.36, 1.2, 1.41))).toBe('1.36× (seeds 1.20× to 1.41×)');
    expect(speedupWithSeeds(measured(1.36))).toBe('1.36×');
  });

  it('say how a number came about', () => {
    expect(finding(0)).toBe(
      'VeLO ends at 0.500; the best of Adam needs 543 steps for the same smoothed loss: 543 ÷ 400 = 1.36×.',
    );
    expect(finding(1)).toBe('The loss of VeLO is not finite: it counts as a failure.');
    expect(finding(2)).toContain('under anything that Adam reaches in 4,000 steps: at least 10×');
    expect(finding(3)).toBe('VeLO has not been trained on this task yet.');
    const perStep = { own: 0.002, baseline: 0.00035 };
    expect(secondsFinding(overview, measured(0.24), perStep)).toBe(
      'By seconds 0.24×: 2.00\u2009ms a step against 350\u2009µs of Adam.',
    );
    expect(secondsFinding(overview, measured(1), { own: NaN, baseline: 1 })).toBeUndefined();
  });

  it('name a stand-in as one', () => {
    expect(taskText(overview.tasks[1]!)).toBe(
      'Image MLP: Sort images of b. 2,410 parameters. Its data are a stand-in for cifar10.',
    );
  });

  it('state the protocol in the header, and the time left only while it runs', () => {
    const values = headerItems(overview).map(({ label, value }) => `${label}: ${value}`);
    expect(values).toEqual([
      'Tasks: 3 of 4',
      'Baseline: Adam, 3 learning rates × 2 seeds',
      'Steps each: 400 (Adam to 4,000)',
      'Runs: 10 of 10',
    ]);
    expect(values.join()).not.toContain('Swept');
    const progress = { done: 3, total: 10, secondsLeft: 754 };
    const live = headerItems({ ...overview, state: 'running', progress });
    expect(live.at(-1)).toEqual({ label: 'Time left', value: 'about 12\u2009min 34\u2009s' });
    const halted = headerItems({ ...overview, state: 'interrupted', progress });
    expect(halted.map(({ label }) => label)).not.toContain('Time left');
  });

  it('say in the header what was swept beside the learning rate', () => {
    const names = ['learningRate', 'schedule', 'weightDecay', 'beta1', 'beta2', 'epsilon'];
    const options = names.map((name, index) => ({ name, values: index + 2 }));
    const own = { optimizer: 'AdamW', isBaseline: true, settings: 5040, options };
    const given = { optimizer: 'VeLO', isBaseline: false, settings: 1, options: [] };
    const itemsOf = (...sweeps: EvaluationOverview['protocol']['sweeps']) =>
      headerItems({ ...overview, protocol: { ...overview.protocol, baseline: 'AdamW', sweeps } });
    const [, baseline, swept] = itemsOf(own, given);
    expect(baseline?.value).toBe('AdamW, 5,040 settings × 2 seeds');
    expect(swept).toMatchObject({
      label: 'Swept',
      value: 'learning rate, schedule, weightDecay, beta1 and 2 more',
    });
    expect(swept).toHaveProperty(
      'title',
      expect.stringMatching(/^AdamW, 5,040 settings: learning rate \(2 values\), .*7 values\)$/),
    );
    const lion = { ...own, ...{ optimizer: 'Lion', isBaseline: false, settings: 3 } };
    const rates = { ...own, settings: 2, options: options.slice(0, 1) };
    expect(itemsOf(rates, { ...lion, options: options.slice(0, 1) })[2]?.value).toBe(
      '5 settings of 2 optimizers: learning rate',
    );
    expect(itemsOf(rates, given)[2]?.label).toBe('Steps each');
  });

  it('count what is pending and describe the chart', () => {
    expect(countsText(overview, 0, 'steps')[0]).toBe('pending: 1, not drawn');
    expect(countsText(overview, 0, 'steps')[1]).toMatch(/^IQM of VeLO: \d/);
    expect(describeChart(overview, 'steps', 0)).toBe(
      'Speedup over tuned Adam by steps on 4 tasks, VeLO in front: VeLO median 1.36×, at least 1× on 2 of 3, 1 failed',
    );
  });
});

describe('the exports', () => {
  it('name files by what they hold', () => {
    expect(exportName(overview, DEFAULT_CHOICES)).toBe('speedup-small-by-steps');
    const other = { ...DEFAULT_CHOICES, unit: 'seconds', chart: 'profile' } as const;
    expect(exportName(overview, other)).toBe('speedup-small-by-seconds-profile');
  });

  it('write ranks with kinds', () => {
    const { rows } = speedupTable(overview, 'steps');
    expect(rows.map((row) => row.slice(0, 5))).toEqual([
      ['VeLO', 1, 'c', 'censored', 10],
      ['VeLO', 2, 'a', 'measured', 543 / 400],
      ['VeLO', 3, 'b', 'failed', 0],
    ]);
  });

  it('write tasks as CSV, nothing for what is pending or not finite', () => {
    const lines = tasksCsv(overview).split('\r\n');
    expect(lines[0]).toMatch(/^Task,Family,Stand-in for,Parameters,Adam's best learning rate,/);
    expect(lines[1]).toBe('a,Image MLP,,2410,0.01,0.6,1.3575,measured,0.67875,0.5,0.6,0.002');
    expect(lines[2]).toBe('b,Image MLP,cifar10,2410,0.01,0.6,0,failed,0,,,0.002');
    expect(lines[4]).toBe('d,Image MLP,,2410,0.01,0.6,,pending,,,,');
  });

  it('write curves, sweep and profiles', () => {
    const curves = curveTable(overview, curvesOf());
    expect(curves.rows).toHaveLength(401);
    expect(curves.rows[40]?.[0]).toBe(400);
    expect(curves.rows[40]?.[1]).toBeCloseTo(1 / 400, 8);
    expect(curves.rows[41]?.[2]).toBeNull();
    expect(sweepTable(overview, curvesOf()).rows[2]).toEqual([0.1, NaN, NaN, true]);
    const profile = profileTable(overview, 'steps');
    expect(profile.rows[0]?.[0]).toBe(1);
    expect(profile.rows[0]?.[1]).toBeCloseTo(2 / 3, 6);
    expect(profile.columns.at(-1)).toEqual({ label: 'tuned Adam' });
  });

  it('write everything as JSON, arrays as lists', () => {
    const json = JSON.parse(evaluationJson(overview)) as typeof overview;
    expect(json.tasks[0]?.baselineSpark).toEqual([2, 1, Math.fround(0.6)]);
    expect(json.tasks[3]?.results[0]?.steps.value).toBeNull();
  });
});
