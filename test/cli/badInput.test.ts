/**
 * What a person can get wrong, given to the real program: each ends with exit code 2 and one sentence that names
 * the place, what was expected and what came, and leaves no run behind that was not there before.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, runCli } from '../support/buildCli';
import { EVALUATIONS } from './badEvaluationCases';
import { CONFIGS, USAGE } from './badInputCases';
import { DATA, RECORDINGS, RUNS, WEIGHTS, held } from './badInputFiles';

const root = fs.mkdtempSync(join(tmpdir(), 'velo-bad-'));
afterAll(() => {
  for (const run of held) run.close();
  fs.rmSync(root, { recursive: true, force: true });
});

const CASES = { USAGE, CONFIGS, DATA, WEIGHTS, RUNS, RECORDINGS, EVALUATIONS };

/** Names of everything below the workspace's runs and evaluations. */
function runFiles(folder: string): string[] {
  return ['runs', 'evaluations'].flatMap((kind) => {
    const kept = join(folder, '.velo', kind);
    if (!fs.existsSync(kept)) return [];
    return fs.readdirSync(kept, { recursive: true }).map(String).sort();
  });
}

describe.each(Object.entries(CASES))('bad input: %s', (_group, cases) => {
  it.concurrent.for(cases)('$title', async ({ args, setup, message }, { expect }) => {
    const folder = fs.mkdtempSync(join(root, 'case-'));
    setup?.(folder);
    const before = runFiles(folder);
    const { code, stdout, stderr } = await runCli(args, { cwd: folder });
    const [first = '', remedy, ...rest] = stderr.trimEnd().split('\n');
    expect(first).toMatch(/^error: /);
    expect(first.replace('error: ', '')).toMatch(message);
    expect(remedy ?? 'None.').toMatch(/^[A-Z].*\.$/);
    expect(rest).toEqual([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(runFiles(folder)).toEqual(before);
  });
});

describe('bad input with --json', () => {
  it('is a line on stdout too, with its code', async () => {
    const folder = fs.mkdtempSync(join(root, 'case-'));
    const { code, stdout, stderr } = await runCli(['train', 'no.json', '--json'], { cwd: folder });
    expect(code).toBe(2);
    expect(jsonLines(stdout)).toEqual([
      { type: 'error', code: 'disk', message: 'cannot read no.json: it does not exist' },
    ]);
    expect(stderr).toBe('error: cannot read no.json: it does not exist\n');
  });

  it('covers at least 40 kinds', () => {
    expect(Object.values(CASES).flat().length).toBeGreaterThanOrEqual(40);
  });
});
