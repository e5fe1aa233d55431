/** `velo weights card`: a weight file gets another name, and what an evaluation of these very weights found. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadWeights } from '../../src/engine/index';
import { evaluationsDirectory } from '../../src/storage/index';
import { jsonLines, runCli } from '../support/buildCli';

const SHIPPED = fileURLToPath(
  new URL('../../media/weights/velo-handmade-1.safetensors', import.meta.url),
);
const TINY = {
  name: 'tiny',
  tasks: [{ name: 'bowl', task: { family: 'quadratic', dimension: 4 } }],
  baseline: { steps: 60, sweep: { learningRates: { kind: 'list', values: [1e-3, 0.1] } } },
  optimizers: [{ name: 'mine', optimizer: { name: 'velo', weights: 'mine.safetensors' } }],
  seeds: 1,
  steps: 40,
  evaluate: { every: 10, batches: 2 },
  device: 'wasm',
};

const cwd = mkdtempSync(join(tmpdir(), 'velo-card-'));
afterAll(() => {
  rmSync(cwd, { recursive: true, force: true });
});
copyFileSync(SHIPPED, join(cwd, 'mine.safetensors'));
writeFileSync(join(cwd, 'tiny.velo-eval.json'), JSON.stringify(TINY));

describe('velo weights card', () => {
  it('writes what an evaluation found into the file, and takes none of other weights', async () => {
    const evaluated = await runCli(['evaluate', 'tiny.velo-eval.json', '--json'], { cwd });
    const { id } = jsonLines(evaluated.stdout).find(({ type }) => type === 'started') as {
      id: string;
    };
    const evaluation = join(evaluationsDirectory(cwd), id);
    const card = ['weights', 'card', 'mine.safetensors', '--name', 'mine-1'];
    const done = await runCli([...card, '--results', evaluation, '--out', 'named.safetensors'], {
      cwd,
    });
    expect(done).toMatchObject({ code: 0, stdout: 'Wrote mine-1 to named.safetensors.\n' });

    const before = loadWeights(SHIPPED, '');
    const { card: after, theta } = loadWeights(join(cwd, 'named.safetensors'), '');
    expect(theta).toEqual(before.theta);
    expect(after).toMatchObject({ ...before.card, name: 'mine-1' });
    expect(after.notes?.['results tiny']).toMatch(
      /^mine is at least as fast as tuned adam on [01] of 1 tasks; the median speedup is .* \d{4}-\d\d-\d\d\.$/,
    );
    const { stdout } = await runCli(['weights', 'inspect', 'named.safetensors'], { cwd });
    expect(stdout).toMatch(/^ {2}results tiny +mine is at least as fast/m);

    // The file with the new card is another one than was measured.
    const again = ['weights', 'card', 'named.safetensors', '--results', evaluation];
    const refused = await runCli([...again, '--out', 'x.safetensors'], { cwd });
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toMatch(/measured velo-handmade-1 \(\w{12}\), expected named/);
  });

  it('wants a name where one is given', async () => {
    const args = ['weights', 'card', 'mine.safetensors', '--name', ' ', '--out', 'x.safetensors'];
    const { code, stderr } = await runCli(args, { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining('--name must not be empty')]);
  });
});
