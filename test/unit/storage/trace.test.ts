import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/index';
import { HISTOGRAM_SLOTS } from '../../../src/protocol/live/index';
import { createRun, nodeFileSystem, openTraceReader, resumeRun } from '../../../src/storage/index';
import type { FileSystem, TraceReader, TraceSnapshot } from '../../../src/storage/index';
import { openTrace } from '../../../src/storage/traceWriter';
import {
  exampleCheckpoint,
  exampleRun,
  systemError,
  temporaryFolder,
  tinyDisk,
} from './runFixtures';
import { META, exampleSnapshot, fillingDisk } from './traceFixtures';

const RECORD_BYTES = 24;

/** The trace of `steps` in a fresh run folder. */
function writtenTrace(steps: readonly number[]): string {
  const folder = temporaryFolder();
  const writer = openTrace(folder, META, 0);
  for (const step of steps) writer.append(exampleSnapshot(step));
  writer.close();
  return folder;
}

/** Goes on with a trace from a checkpoint. */
function goOn(folder: string, from: number, snapshots: readonly TraceSnapshot[]): void {
  const writer = openTrace(folder, META, from);
  for (const snapshot of snapshots) writer.append(snapshot);
  writer.close();
}

function readerOf(folder: string): TraceReader {
  const reader = openTraceReader(folder);
  if (reader === undefined) throw new Error('there is no trace');
  return reader;
}

function filesOf(folder: string): Record<string, string> {
  const names = fs.readdirSync(join(folder, 'trace'));
  return Object.fromEntries(
    names.map((name) => [name, fs.readFileSync(join(folder, 'trace', name)).toString('hex')]),
  );
}

function indexOf(folder: string): string {
  return join(folder, 'trace', 'index.bin');
}

function snapshotsOf(folder: string): string {
  return join(folder, 'trace', 'snapshots.bin');
}

/** Changes one byte of a file. */
function damage(path: string, at: number): void {
  const bytes = fs.readFileSync(path);
  bytes[at] = bytes[at]! ^ 1;
  fs.writeFileSync(path, bytes);
}

describe('a trace', () => {
  it('gives back what was written', () => {
    const reader = readerOf(writtenTrace([0, 1, 5, 4_000_000_000]));
    expect(reader.meta).toEqual(META);
    expect([...reader.steps]).toEqual([0, 1, 5, 4_000_000_000]);
    expect(reader.warnings).toEqual([]);
    for (const [i, step] of [0, 1, 5].entries())
      expect(reader.read(i)).toEqual(exampleSnapshot(step));
  });

  it('gives parts of a range of snapshots, each as it was written', () => {
    const reader = readerOf(writtenTrace([0, 1, 5, 9]));
    const [one, five] = [exampleSnapshot(1), exampleSnapshot(5)];
    const { rmsUpdates, multipliers } = reader.scalars(1, 3);
    expect([...rmsUpdates]).toEqual([...one.rmsUpdates, ...five.rmsUpdates]);
    expect([...multipliers]).toEqual([NaN, NaN, NaN, NaN]);
    expect([...reader.histograms('gradient', 1, 3)]).toEqual([...one.gradient, ...five.gradient]);
    const detail = reader.tensorDetail(1, 1, 3);
    const rowOf = (row: Float32Array | Uint32Array, width: number) => [...row.slice(width)];
    expect([...detail.hidden]).toEqual([...rowOf(one.hidden, 3), ...rowOf(five.hidden, 3)]);
    expect([...detail.cell]).toEqual([...rowOf(one.cell, 3), ...rowOf(five.cell, 3)]);
    expect([...detail.controls]).toEqual([...rowOf(one.controls, 4), ...rowOf(five.controls, 4)]);
    for (const quantity of ['update', 'gradient', 'parameter'] as const) {
      expect([...detail[quantity]]).toEqual(
        [one, five].flatMap((snapshot) => rowOf(snapshot[quantity], HISTOGRAM_SLOTS)),
      );
    }
  });

  it('gives everything where no range is asked for, and nothing of an empty one', () => {
    const reader = readerOf(writtenTrace([0, 1, 5]));
    expect(reader.scalars().rmsGradients).toHaveLength(3 * 2);
    expect(reader.histograms('update')).toHaveLength(3 * 2 * HISTOGRAM_SLOTS);
    expect(reader.tensorDetail(0).controls).toHaveLength(3 * 4);
    expect(reader.histograms('update', 3)).toHaveLength(0);
  });

  it('refuses tensors and snapshots that are not there', () => {
    const reader = readerOf(writtenTrace([0, 1]));
    expect(() => reader.read(2)).toThrow(RangeError);
    expect(() => reader.scalars(0, 3)).toThrow(RangeError);
    expect(() => reader.tensorDetail(2)).toThrow(RangeError);
  });

  it('of an optimizer without an LSTM has no cells and no bank', () => {
    const folder = temporaryFolder();
    const meta = { ...META, hidden: 0, networks: 0 };
    const writer = openTrace(folder, meta, 0);
    writer.append(exampleSnapshot(3, meta));
    writer.close();
    const reader = readerOf(folder);
    expect(reader.read(0)).toEqual(exampleSnapshot(3, meta));
    expect(reader.tensorDetail(1).hidden).toHaveLength(0);
  });

  it('is not there before it was begun', () => {
    expect(openTraceReader(temporaryFolder())).toBeUndefined();
  });

  it('takes no step twice and no snapshot of another size', () => {
    const writer = openTrace(temporaryFolder(), META, 0);
    writer.append(exampleSnapshot(3));
    expect(() => {
      writer.append(exampleSnapshot(3));
    }).toThrow('traced 3 after 3');
    expect(() => {
      writer.append({ ...exampleSnapshot(4), cell: new Float32Array(5) });
    }).toThrow("a snapshot's cell has 5 numbers, not 6");
    writer.close();
  });
});

describe('a trace that is read while it is written', () => {
  it('shows each snapshot as soon as it is there', () => {
    const folder = temporaryFolder();
    const writer = openTrace(folder, META, 0);
    const reader = readerOf(folder);
    expect(reader.length).toBe(0);
    for (const step of [0, 2, 7]) {
      writer.append(exampleSnapshot(step));
      expect(reader.refresh()).toBe(false);
      expect(reader.steps.at(-1)).toBe(step);
      expect(reader.read(reader.length - 1)).toEqual(exampleSnapshot(step));
    }
    expect(reader.refresh()).toBe(false);
    expect(reader.length).toBe(3);
    writer.close();
  });

  it('tells when it was cut, also when it has grown again meanwhile', () => {
    const folder = writtenTrace([0, 1, 2, 3, 4]);
    const reader = readerOf(folder);
    goOn(folder, 2, []);
    expect(reader.refresh()).toBe(true);
    expect([...reader.steps]).toEqual([0, 1]);
    // Other numbers than before, as on another device: the same steps, and more of them.
    goOn(
      folder,
      0,
      [0, 1, 2].map((step) => exampleSnapshot(step, META, 0.5)),
    );
    expect(reader.refresh()).toBe(true);
    expect(reader.read(0)).toEqual(exampleSnapshot(0, META, 0.5));
    expect(reader.refresh()).toBe(false);
  });

  it('does not tell when it was cut and written again with the same numbers', () => {
    const folder = writtenTrace([0, 1, 2, 3]);
    const reader = readerOf(folder);
    goOn(
      folder,
      2,
      [2, 3, 4].map((step) => exampleSnapshot(step)),
    );
    expect(reader.refresh()).toBe(false);
    expect([...reader.steps]).toEqual([0, 1, 2, 3, 4]);
  });

  it('tells when it was begun anew with other tensors', () => {
    const folder = writtenTrace([0, 1]);
    const reader = readerOf(folder);
    const meta = { ...META, hidden: 1 };
    const writer = openTrace(folder, meta, 2);
    writer.append(exampleSnapshot(2, meta));
    writer.close();
    expect(writer.warnings).toEqual([
      `${join(folder, 'trace', 'header.json')}: it is of other tensors or weights; the trace so far was dropped`,
    ]);
    expect(reader.refresh()).toBe(true);
    expect(reader.meta).toEqual(meta);
    expect(reader.read(0)).toEqual(exampleSnapshot(2, meta));
  });

  it('says so when the run is gone', () => {
    const folder = writtenTrace([0, 1]);
    const reader = readerOf(folder);
    fs.rmSync(join(folder, 'trace'), { recursive: true });
    expect(() => reader.refresh()).toThrow(/cannot read .*header\.json: it does not exist/);
  });
});

describe('a trace that is taken up again', () => {
  it.each([0, 1, 3, 4, 9, 10, 11])('from step %i has the bytes of one that was not', (from) => {
    const steps = [0, 1, 2, 4, 7, 10];
    const whole = writtenTrace(steps);
    const folder = writtenTrace(steps);
    goOn(
      folder,
      from,
      steps.filter((step) => step >= from).map((step) => exampleSnapshot(step)),
    );
    expect(filesOf(folder)).toEqual(filesOf(whole));
  });

  it.each([1, RECORD_BYTES - 1])('drops a record that lacks %i bytes', (missing) => {
    const folder = writtenTrace([0, 1, 2]);
    fs.truncateSync(indexOf(folder), 3 * RECORD_BYTES - missing);
    const reader = readerOf(folder);
    expect([...reader.steps]).toEqual([0, 1]);
    expect(reader.warnings).toEqual([
      `${indexOf(folder)}: the last ${RECORD_BYTES - missing} bytes are torn and were left out`,
    ]);
    goOn(folder, 3, [exampleSnapshot(3)]);
    const rest = readerOf(folder);
    expect([[...rest.steps], rest.warnings]).toEqual([[0, 1, 3], []]);
  });

  it('drops records whose chunks are not all there', () => {
    const folder = writtenTrace([0, 1, 2]);
    fs.truncateSync(snapshotsOf(folder), fs.statSync(snapshotsOf(folder)).size - 1);
    const reader = readerOf(folder);
    expect([...reader.steps]).toEqual([0, 1]);
    expect(reader.warnings).toEqual([
      `${snapshotsOf(folder)}: the snapshot of step 2 is damaged and was left out`,
    ]);
    goOn(folder, 3, [exampleSnapshot(3)]);
    expect([...readerOf(folder).steps]).toEqual([0, 1, 3]);
  });

  it('drops a block that a file system filled with zeros', () => {
    const folder = writtenTrace([0, 1]);
    fs.appendFileSync(indexOf(folder), new Uint8Array(RECORD_BYTES));
    expect([...readerOf(folder).steps]).toEqual([0, 1]);
    goOn(folder, 2, [exampleSnapshot(2)]);
    expect([...readerOf(folder).steps]).toEqual([0, 1, 2]);
  });

  it('begins anew where its header is not readable, and says so', () => {
    const folder = writtenTrace([0, 1]);
    fs.writeFileSync(join(folder, 'trace', 'header.json'), '{"format":"velo-trace-9"}');
    expect(() => readerOf(folder)).toThrow(/expected format velo-trace-1, got velo-trace-9/);
    const writer = openTrace(folder, META, 1);
    expect(writer.warnings).toHaveLength(1);
    expect(writer.warnings[0]).toMatch(/got velo-trace-9; the trace so far was dropped$/);
    writer.close();
    expect(readerOf(folder).length).toBe(0);
  });
});

describe('a trace with a damaged snapshot', () => {
  it('leaves out that one and says which', () => {
    const folder = writtenTrace([0, 1, 2, 3]);
    const bytes = fs.statSync(snapshotsOf(folder)).size / 4;
    damage(snapshotsOf(folder), bytes + 17);
    const reader = readerOf(folder);
    expect([...reader.steps]).toEqual([0, 2, 3]);
    expect(reader.warnings).toEqual([
      `${snapshotsOf(folder)}: the snapshot of step 1 is damaged and was left out`,
    ]);
    expect(reader.read(1)).toEqual(exampleSnapshot(2));
    expect(reader.refresh()).toBe(false);
    expect(reader.warnings).toHaveLength(1);
  });

  it('looks at the last one again, which may still be on its way', () => {
    const folder = writtenTrace([0, 1, 2]);
    const { size } = fs.statSync(snapshotsOf(folder));
    damage(snapshotsOf(folder), size - 1);
    const reader = readerOf(folder);
    expect([[...reader.steps], reader.warnings.length]).toEqual([[0, 1], 1]);
    damage(snapshotsOf(folder), size - 1);
    expect(reader.refresh()).toBe(false);
    expect([[...reader.steps], reader.warnings]).toEqual([[0, 1, 2], []]);
  });

  it('leaves out what follows a damaged record of the index', () => {
    const folder = writtenTrace([0, 1, 2]);
    damage(indexOf(folder), RECORD_BYTES + 3);
    const reader = readerOf(folder);
    expect([...reader.steps]).toEqual([0]);
    expect(reader.warnings[0]).toMatch(/the last 48 bytes are torn/);
  });

  it.each([
    ['no JSON', 'x', /expected the header of a trace, got no JSON/],
    ['null', 'null', /expected format velo-trace-1, got undefined/],
    ['other bins', '{"format":"velo-trace-1","histogram":{}}', /histograms of other bins than {}/],
  ])('refuses a header that is %s', (_, text, message) => {
    const folder = writtenTrace([0]);
    fs.writeFileSync(join(folder, 'trace', 'header.json'), text);
    expect(() => openTraceReader(folder)).toThrow(message);
    expect(() => openTraceReader(folder)).toThrow(UserError);
  });
});

describe('a trace on a disk in trouble', () => {
  it.each([0, 1])('is as it was before when write %i of a snapshot fails', (write) => {
    const folder = temporaryFolder();
    let left = Infinity;
    const disk = fillingDisk(() => left-- <= 0);
    const writer = openTrace(folder, META, 0, disk);
    writer.append(exampleSnapshot(0));
    const before = filesOf(folder);
    left = write;
    let thrown: unknown;
    try {
      writer.append(exampleSnapshot(1));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as UserError).code).toBe('disk');
    expect((thrown as UserError).message).toMatch(
      write === 0 ? /snapshots\.bin: the disk is full$/ : /index\.bin: the disk is full$/,
    );
    expect(filesOf(folder)).toEqual(before);
    left = Infinity;
    writer.append(exampleSnapshot(1));
    writer.close();
    expect([...readerOf(folder).steps]).toEqual([0, 1]);
  });

  it.each(['mkdirSync', 'openSync', 'fsyncSync', 'ftruncateSync'] as const)(
    'names what %s could not do',
    (call) => {
      const broken: FileSystem = {
        ...nodeFileSystem,
        [call]: () => {
          throw systemError('EIO');
        },
      };
      const folder = temporaryFolder();
      expect(() => {
        const writer = openTrace(folder, META, 0, broken);
        writer.append(exampleSnapshot(0));
        writer.sync();
      }).toThrow(/^cannot .*trace.*: the disk reports an input\/output error$/);
    },
  );

  it('keeps what fits on a real one', (context) => {
    const root = tinyDisk(64);
    if (root === undefined) return context.skip('cannot mount a small disk here');
    const writer = openTrace(root, META, 0);
    let step = 0;
    expect(() => {
      for (; step < 100; step++) writer.append(exampleSnapshot(step));
    }).toThrow(/the disk is full$/);
    writer.close();
    const reader = readerOf(root);
    expect(reader.length).toBe(step);
    expect(reader.warnings).toEqual([]);
    expect(reader.read(step - 1)).toEqual(exampleSnapshot(step - 1));
  });
});

describe('a run with a trace', () => {
  it('whose disk fills up can be resumed, with each traced step once', () => {
    const root = temporaryFolder();
    let isFull = false;
    const run = createRun(
      root,
      exampleRun(),
      fillingDisk(() => isFull),
    );
    run.openTrace(META, 0);
    for (const step of [0, 1, 2]) run.appendTrace(exampleSnapshot(step));
    run.saveCheckpoint(exampleCheckpoint(3));
    for (const step of [3, 4]) run.appendTrace(exampleSnapshot(step));
    isFull = true;
    expect(() => {
      run.appendTrace(exampleSnapshot(5));
    }).toThrow(/the disk is full$/);
    run.close();
    expect([...readerOf(run.directory).steps]).toEqual([0, 1, 2, 3, 4]);

    const resumed = resumeRun(run.directory);
    const { step } = resumed.checkpoint;
    expect(resumed.run.openTrace(META, step)).toEqual([]);
    resumed.run.appendTrace(exampleSnapshot(3));
    resumed.run.close();
    expect([...readerOf(run.directory).steps]).toEqual([0, 1, 2, 3]);
    expect(resumed.warnings).toEqual([]);
  });

  it('is on the disk before the checkpoint that counts on it', () => {
    const calls: string[] = [];
    const names = new Map<number, string>();
    const disk: FileSystem = {
      ...nodeFileSystem,
      openSync: ((path: string, flags: string) => {
        const file = fs.openSync(path, flags);
        names.set(file, path);
        return file;
      }) as typeof fs.openSync,
      fsyncSync: (file) => {
        calls.push(basename(names.get(file) ?? ''));
      },
    };
    const run = createRun(temporaryFolder(), exampleRun(), disk);
    run.openTrace(META, 0);
    run.appendTrace(exampleSnapshot(0));
    calls.length = 0;
    run.saveCheckpoint(exampleCheckpoint(1));
    run.close();
    expect(calls.slice(0, 3)).toEqual(['metrics.jsonl', 'snapshots.bin', 'index.bin']);
    expect(calls[3]).toMatch(/^step-000001\.safetensors/);
  });
});
