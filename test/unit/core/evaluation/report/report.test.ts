/** The report of a made-up suite: that it says what the score says, and that its charts show it where they should. */
import { describe, expect, it } from 'vitest';
import { htmlReport, markdownReport } from '../../../../../src/core/index';
import { speedupOrder } from '../../../../../src/core/evaluation/report/taskOrder';
import { speedupChart } from '../../../../../src/core/evaluation/report/speedupChart';
import { scoreSuite } from '../../../../../src/core/evaluation/scoreSuite';
import { factorText } from '../../../../../src/core/evaluation/report/format';
import { singleArm, taskOf } from '../../../../support/lossCurves';
import { madeUpReport } from '../../../../support/reportFixture';

const input = madeUpReport(12, 2);
const html = htmlReport(input);
const markdown = markdownReport(input);
const velo = input.score.optimizers[0]!;

/** Names of elements that are opened and not closed, or the other way round. */
function unbalanced(markup: string): string[] {
  const empty = new Set(['meta', '!doctype']);
  const open: string[] = [];
  for (const [, close, name, , self] of markup.matchAll(
    /<(\/?)([!\w]+)((?:"[^"]*"|[^">])*?)(\/?)>/g,
  )) {
    if (self === '/' || empty.has(name!)) continue;
    if (close === '') open.push(name!);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  return open;
}

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Marks of an optimizer in a chart. */
function marksOf(chart: string, series: number): Mark[] {
  const pattern = /<g transform="translate\((\S+) (\S+)\)" class="mark s(\d)"><title>([^<]*)/g;
  return [...chart.matchAll(pattern)]
    .filter(([, , , one]) => Number(one) === series)
    .map(([, x, y, , text]) => ({ x: Number(x), y: Number(y), text: text! }));
}

describe('the HTML report', () => {
  it('is one well-formed file without scripts or anything from elsewhere', () => {
    expect(unbalanced(html.replace(/<style>.*?<\/style>/s, ''))).toEqual([]);
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:/);
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/undefined|\[object|NaN /);
  });

  it('is the same text again', () => {
    expect(htmlReport(madeUpReport(12, 2))).toBe(html);
  });

  it('shows text as text', () => {
    expect(html).toContain('&lt;not trained&gt;');
    const hostile = { ...input, title: '<b>"x" & y', names: { velo: '<i>velo' } };
    const text = htmlReport(hostile);
    expect(text).toContain('&lt;b&gt;&quot;x&quot; &amp; y');
    expect(text).not.toContain('<i>velo');
    expect(unbalanced(text.replace(/<style>.*?<\/style>/s, ''))).toEqual([]);
  });

  it('states protocol, seeds, machine, settings and the command', () => {
    for (const text of [
      'moving average of 0.95',
      '512 points from 0 to the end',
      '7 settings × 2 seeds, 10,000 steps each: 168 runs, 24 of them diverged',
      'generator seed 0',
      'native, 2 workers',
      'every 10 steps, 5 batches',
      input.command,
      '2026-11-28',
    ]) {
      expect(html).toContain(text);
    }
  });

  it('has every setting of every sweep with what it came to, in HTML and in Markdown', () => {
    const { tasks } = input.score;
    const settings = tasks.flatMap((task) => task.settings);
    // Seven rates of Adam and three optimizers at one.
    expect(settings).toHaveLength(12 * (7 + 3));
    const [, folded = ''] =
      /Every setting of every sweep[^]*?<tbody>([^]*?)<\/tbody>/.exec(html) ?? [];
    expect(folded.match(/<tr>/g)).toHaveLength(settings.length);
    const gone = settings.filter(({ divergedSeeds }) => divergedSeeds > 0);
    expect(gone.length).toBeGreaterThan(0);
    expect(folded.match(/>diverged</g)!.length).toBeGreaterThanOrEqual(2 * gone.length);
    const section = markdown.slice(markdown.indexOf('## Every setting'));
    const rows = section.slice(0, section.indexOf('</details>')).match(/^\| /gm);
    expect(rows).toHaveLength(settings.length + 2);
    expect(markdown).toMatch(/\| learningRate 0\.01 \| \d+\.\d\d \| \d/);
  });

  it('has a row with a sparkline for each task, in the order of the first optimizer', () => {
    const table = html.slice(html.indexOf('<h2>Tasks</h2>'), html.indexOf('<h2>By family</h2>'));
    const tasks = [...table.matchAll(/<tr><td>([^<]*)/g)].map(([, task]) => task);
    expect(tasks).toEqual(speedupOrder(input.score.tasks, 'velo', 'steps').map(({ task }) => task));
    expect(table.match(/class="spark"/g)).toHaveLength(12);
  });

  it('does with an evaluation that is not finished: tasks without optimizers, without a baseline, without anything', () => {
    const adam = singleArm('adam', 100, (step) => 2 - step / 200, { learningRate: 0.1 });
    const velo = singleArm('velo', 100, (step) => 2 - step / 150);
    const score = scoreSuite([
      taskOf('no optimizer', [adam]),
      taskOf('no baseline', [velo]),
      taskOf('nothing', []),
      taskOf('both', [adam, velo]),
    ]);
    const text = htmlReport({ ...input, score });
    expect(unbalanced(text.replace(/<style>.*?<\/style>/s, ''))).toEqual([]);
    expect(text).not.toMatch(/undefined|Infinity/);
    expect(text).toContain('(1 censored, 1 left out for want of a baseline)');
    expect(
      marksOf(speedupChart({ ...input, score }, 'steps')!, 1).map((mark) => mark.text),
    ).toEqual(['both: &gt; 1.00×']);
    expect(markdownReport({ ...input, score })).not.toMatch(/undefined|Infinity/);
  });

  it('does without a result', () => {
    const empty = htmlReport({ ...input, score: scoreSuite([]) });
    expect(unbalanced(empty.replace(/<style>.*?<\/style>/s, ''))).toEqual([]);
    expect(empty).toContain('No task has a result yet.');
  });
});

describe('the speedup chart', () => {
  const chart = speedupChart(input, 'steps')!;
  const marks = marksOf(chart, 1);

  it('has one mark a task and optimizer, sorted downwards by its own speedup', () => {
    expect(marks).toHaveLength(12);
    expect(marksOf(chart, 2)).toHaveLength(12);
    expect(marksOf(chart, 3)).toHaveLength(12);
    const order = speedupOrder(input.score.tasks, 'velo', 'steps');
    expect(marks.map(({ text }) => text.split(':')[0])).toEqual(order.map(({ task }) => task));
    marks.slice(1).forEach(({ x, y }, i) => {
      expect(x).toBeGreaterThan(marks[i]!.x);
      expect(y).toBeGreaterThanOrEqual(marks[i]!.y);
    });
  });

  it('places speedups on a log2 axis', () => {
    const line = (text: string): number => {
      const found = new RegExp(`y="([\\d.]+)" text-anchor="end" class="tick">${text}<`).exec(chart);
      return Number(found?.[1]) - 4;
    };
    const [one, four] = [line('1×'), line('4×')];
    for (const { y, text } of marks) {
      const factor = /: ([\d.]+)×/.exec(text)?.[1];
      if (factor === undefined || Number(factor) === 0) continue;
      // The text has three digits, positions a tenth of a pixel.
      const expected = one + ((four - one) * Math.log2(Number(factor))) / 2;
      expect(Math.abs(y - expected)).toBeLessThan(0.6);
    }
  });

  it('has marks of their own for censored tasks and failures', () => {
    const { censored, diverged, worseThanStart } = velo.steps;
    expect([censored > 0, diverged, worseThanStart]).toEqual([true, 1, 1]);
    expect(marks.filter(({ text }) => text.includes('&gt; 10×'))).toHaveLength(censored);
    expect(chart.match(/class="stroke bad"/g)).toHaveLength(1);
    const strip = /<rect x="[\d.]+" y="([\d.]+)"[^>]*class="strip"/.exec(chart);
    const failed = marks.filter(({ y }) => y > Number(strip?.[1]));
    expect(failed.map(({ text }) => text.split(': ')[1])).toEqual([
      '0× (above the first loss)',
      'diverged',
    ]);
  });

  it('writes out the shares above 1, 4 and 16 times', () => {
    const shares = [...chart.matchAll(/class="tick share s1">([^<]*)/g)].map(([, text]) => text);
    expect(shares).toEqual(
      velo.steps.shares.map(({ factor, tasks, unknown }) => {
        const range = unknown > 0 ? `${tasks}–${tasks + unknown}` : String(tasks);
        return `≥ ${factor}×: ${range} of 12`;
      }),
    );
  });

  it('is sorted anew in seconds', () => {
    const inSeconds = marksOf(speedupChart(input, 'seconds')!, 1);
    const order = speedupOrder(input.score.tasks, 'velo', 'seconds');
    expect(inSeconds.map(({ text }) => text.split(':')[0])).toEqual(order.map(({ task }) => task));
    expect(inSeconds[0]!.text).not.toBe(marks[0]!.text);
  });
});

describe('the Markdown report', () => {
  it('has tables whose rows are as long as their heads', () => {
    const cells = (line: string): number => line.replaceAll('\\|', '').split('|').length;
    let head = 0;
    for (const line of markdown.split('\n')) {
      if (!line.startsWith('|')) head = 0;
      else if (head === 0) head = cells(line);
      else expect(cells(line)).toBe(head);
    }
  });

  it('says what the score says', () => {
    expect(markdown).toContain(`the median speedup is ${factorText(velo.steps.median.value)}`);
    expect(markdown).toContain(
      `| SGD | 12 | ${factorText(input.score.optimizers[2]!.steps.median.value)} `,
    );
    expect(markdown).toContain('\\<not trained\\>');
    expect(markdown).not.toMatch(/undefined|\[object/);
  });

  it('has every number of every task', () => {
    const numbers = markdown.slice(
      markdown.indexOf('## All numbers'),
      markdown.indexOf("## The baseline's"),
    );
    const rows = numbers
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.includes('---'));
    // A head, and for each task the baseline and three optimizers.
    expect(rows).toHaveLength(1 + 12 * 4);
    const sweep = markdown.slice(
      markdown.indexOf("## The baseline's sweep"),
      markdown.indexOf('## Protocol'),
    );
    expect(sweep).toContain('adam learningRate 1e−4');
    expect(sweep.match(/NaN/g)).toHaveLength(12);
  });
});
