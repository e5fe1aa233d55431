import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/storage/index';
import { MetricsLog, readMetrics, sizeBeforeStep } from '../../../src/storage/metricsLog';
import { systemError, temporaryFolder } from './runFixtures';

const logPath = () => join(temporaryFolder(), 'metrics.jsonl');

describe('MetricsLog', () => {
  it('writes about once a second and on demand', () => {
    const path = logPath();
    let now = 0;
    const log = new MetricsLog(path, 0, { now: () => now });
    log.append({ step: 0, loss: 1 });
    now = 999;
    log.append({ step: 1, loss: 1 });
    expect(fs.readFileSync(path, 'utf8')).toBe('');
    now = 1000;
    log.append({ step: 2, loss: 1 });
    expect(readMetrics(path).metrics.map(({ step }) => step)).toEqual([0, 1, 2]);
    log.append({ step: 3, loss: 1 });
    log.flush();
    expect(readMetrics(path).metrics).toHaveLength(4);
    log.append({ step: 4, loss: 1 });
    log.close();
    expect(readMetrics(path).metrics).toHaveLength(5);
  });

  it('writes what JSON has no number for as null', () => {
    const path = logPath();
    const log = new MetricsLog(path, 0);
    log.append({ step: 0, loss: NaN });
    log.append({ step: 1, loss: -Infinity });
    log.close();
    expect(fs.readFileSync(path, 'utf8')).toBe('{"step":0,"loss":null}\n{"step":1,"loss":null}\n');
  });

  it('keeps whole lines when the disk fills up in the middle of one', () => {
    const path = logPath();
    let room = Infinity;
    const full = {
      ...nodeFileSystem,
      writeSync: ((file: number, bytes: Uint8Array, offset: number, length: number) => {
        if (room <= 0) throw systemError('ENOSPC');
        const written = fs.writeSync(file, bytes, offset, Math.min(length, room));
        room -= written;
        return written;
      }) as typeof fs.writeSync,
    };
    const log = new MetricsLog(path, 0, { fs: full });
    log.append({ step: 0, loss: 1 });
    log.flush();
    room = 10;
    log.append({ step: 1, loss: 1 });
    expect(() => {
      log.flush();
    }).toThrow(`cannot write ${path}: the disk is full`);
    expect(readMetrics(path)).toEqual({ metrics: [{ step: 0, loss: 1 }], warnings: [] });
    room = Infinity;
    log.close();
    expect(readMetrics(path).metrics.map(({ step }) => step)).toEqual([0, 1]);
  });
});

describe('readMetrics', () => {
  const written = (text: string): string => {
    const path = logPath();
    fs.writeFileSync(path, text);
    return path;
  };
  const WHOLE = '{"step":0,"loss":1}\n{"step":1,"split":"test","loss":2,"accuracy":0.5}\n';

  it('reads steps and evaluations', () => {
    expect(readMetrics(written(WHOLE)).metrics).toEqual([
      { step: 0, loss: 1 },
      { step: 1, split: 'test', loss: 2, accuracy: 0.5 },
    ]);
  });

  it.each(['{"st', '{"step":2,"loss":3}', '\0\0\0\0', '\0\0\0\n', '{"step":2,"lo\n'])(
    'leaves the torn last line %j out and says so',
    (torn) => {
      const path = written(WHOLE + torn);
      const { metrics, warnings } = readMetrics(path);
      expect(metrics).toHaveLength(2);
      expect(warnings).toEqual([
        `${path}:3: the last line is torn and was left out (${torn.length} bytes)`,
      ]);
    },
  );

  it.each([
    ['nonsense\n', ':1: expected JSON, got "nonsense"'],
    ['{"step":-1,"loss":1}\n', ':1: step: '],
    ['{"step":1,"loss":"x"}\n', ':1: loss: '],
    ['{"step":1}\n', ':1: loss: '],
    ['{"step":1,"split":"no","loss":1}\n', ':1: split: '],
  ])('refuses the broken line %j in the middle and names its place', (bad, message) => {
    const path = written(bad + WHOLE);
    expect(() => readMetrics(path)).toThrow(path + message);
  });

  it('has nothing for a file that is not there', () => {
    expect(readMetrics(logPath())).toEqual({ metrics: [], warnings: [] });
  });
});

describe('sizeBeforeStep', () => {
  it.each([
    [0, 0],
    [1, 20],
    [2, 78],
    [9, 78],
  ])('of step %i is %i bytes, without the torn end', (step, size) => {
    const path = logPath();
    fs.writeFileSync(
      path,
      '{"step":0,"loss":1}\n{"step":1,"split":"test","loss":2}\n{"step":1,"loss":2.25}\n{"st',
    );
    expect(sizeBeforeStep(path, step)).toBe(size);
  });
});
