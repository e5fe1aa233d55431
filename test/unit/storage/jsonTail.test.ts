import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JsonTail, readLastLines } from '../../../src/storage/index';
import { decodeMetric } from '../../../src/protocol/index';
import type { Metric } from '../../../src/protocol/index';
import { temporaryFolder } from './runFixtures';

const line = (step: number): string => `{"step":${step},"loss":${step / 2}}\n`;
const steps = ({ values }: { values: readonly { step: number }[] }): number[] =>
  values.map(({ step }) => step);

function tailed(): { path: string; tail: JsonTail<Metric> } {
  const path = join(temporaryFolder(), 'metrics.jsonl');
  return { path, tail: new JsonTail(path, decodeMetric) };
}

describe('the tail of a metrics log', () => {
  it('gives what is new each time, and half a line once it is whole', () => {
    const { path, tail } = tailed();
    expect(tail.read()).toEqual({ reset: false, values: [], hasMore: false });
    fs.writeFileSync(path, line(0) + line(1) + '{"step":2,');
    expect(steps(tail.read())).toEqual([0, 1]);
    expect(steps(tail.read())).toEqual([]);
    fs.appendFileSync(path, '"loss":null}\n' + line(3));
    expect(tail.read().values).toEqual([
      { step: 2, loss: null },
      { step: 3, loss: 1.5 },
    ]);
  });

  it('begins anew where the file was cut, also where it has grown past its old end since', () => {
    const { path, tail } = tailed();
    fs.writeFileSync(path, line(0) + line(1) + line(2));
    tail.read();
    fs.writeFileSync(path, line(0));
    expect(tail.read()).toMatchObject({ reset: true, values: [{ step: 0 }] });
    fs.appendFileSync(path, line(1) + line(2));
    tail.read();
    fs.writeFileSync(path, line(0) + '{"step":1,"loss":77}\n' + line(2) + line(3));
    const { reset, values } = tail.read();
    expect(reset).toBe(true);
    expect(values[1]).toEqual({ step: 1, loss: 77 });
    fs.rmSync(path);
    expect(tail.read()).toEqual({ reset: true, values: [], hasMore: false });
  });

  it('leaves out lines that are none', () => {
    const { path, tail } = tailed();
    fs.writeFileSync(path, `${line(0)}\0\0\0\nnot json\n{"loss":1}\n${line(1)}`);
    expect(steps(tail.read())).toEqual([0, 1]);
  });

  it('takes a long file in pieces, each line once', () => {
    const { path, tail } = tailed();
    const count = 30_000;
    fs.writeFileSync(path, Array.from({ length: count }, (_, i) => line(i)).join(''));
    const seen: number[] = [];
    let pieces = 0;
    for (let more = true; more; pieces++) {
      const read = tail.read();
      seen.push(...steps(read));
      more = read.hasMore;
    }
    expect(seen).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(pieces).toBeGreaterThan(3);
  });
});

describe('the end of a metrics log', () => {
  it('is the whole lines among its last bytes', () => {
    const { path } = tailed();
    expect(readLastLines(path, decodeMetric, 100)).toEqual([]);
    const text = Array.from({ length: 50 }, (_, i) => line(i)).join('');
    fs.writeFileSync(path, text + '{"step":50');
    const found = readLastLines(path, decodeMetric, 100).map(({ step }) => step);
    expect(found.at(-1)).toBe(49);
    expect(found.length).toBeGreaterThan(2);
    expect(found.length).toBeLessThan(5);
    expect(readLastLines(path, decodeMetric, 1e6)).toHaveLength(50);
  });
});
