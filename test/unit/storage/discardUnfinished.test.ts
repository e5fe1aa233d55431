import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { discardUnfinished } from '../../../src/storage/atomicFile';

const folder = fs.mkdtempSync(join(tmpdir(), 'velo-unfinished-'));
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('files that were being written when their process was killed', () => {
  it('are removed, also from folders inside, those of living processes and all others are not', () => {
    const { pid: ended } = spawnSync(process.execPath, ['--version']);
    fs.mkdirSync(join(folder, 'thetas'));
    const kept = [
      'config.json',
      `summary.json.${process.pid}.tmp`,
      'a.tmp',
      join('thetas', 'iteration-000005.safetensors'),
    ];
    const left = [`summary.json.${ended}.tmp`, join('thetas', `iteration-000010.${ended}.tmp`)];
    for (const name of [...kept, ...left]) fs.writeFileSync(join(folder, name), 'x');
    discardUnfinished(folder);
    const names = fs.readdirSync(folder, { recursive: true }).map(String);
    expect(names.sort()).toEqual([...kept, 'thetas'].sort());
  });
});
