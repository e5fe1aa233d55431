/** `velo new task` and `check-task`: what is written compiles without an install, trains, and says what many would take. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, runCli } from '../support/buildCli';
import { bundleOf } from '../support/bundles';

const cwd = fs.mkdtempSync(join(tmpdir(), 'velo-new-task-'));
const TYPED = ['loss', 'layers'] as const;

beforeAll(async () => {
  await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
  for (const kind of [...TYPED, 'spec']) {
    const { code, stderr } = await runCli(['new', 'task', `my-${kind}`, '--kind', kind], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }
});

afterAll(() => {
  fs.rmSync(cwd, { recursive: true, force: true });
});

/** Errors of files of a folder that has no node_modules, as `tsc --strict` finds them. */
function typeErrors(files: readonly string[], more: ts.CompilerOptions): string[] {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    types: [],
    ...more,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('the templates in TypeScript', () => {
  const files = TYPED.map((kind) => join(cwd, `my-${kind}.ts`));

  it.each([
    [
      'a bundler',
      { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
    ],
    ['Node', { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 }],
  ])('compile under tsc --strict with the types beside them, resolved as by %s', (_, options) => {
    expect(typeErrors(files, options)).toEqual([]);
  });

  it('are really checked: a parameter that is not there and a layer that is none are errors', () => {
    const [loss = '', layers = ''] = files.map((file) => fs.readFileSync(file, 'utf8'));
    const wrong = [loss.replace('params.b2', 'params.b3'), layers.replace('flatten()', 'flat()')];
    const names = wrong.map((text, index) => {
      const name = join(cwd, `wrong-${index}.ts`);
      fs.writeFileSync(name, text);
      return name;
    });
    const options = {
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      module: ts.ModuleKind.ESNext,
    };
    const errors = names.map((name) => typeErrors([name], options));
    expect(errors).toEqual([
      [expect.stringMatching(/'b3'/)],
      [expect.stringMatching(/'flat' does not exist/)],
    ]);
  });
});

describe('velo check-task', () => {
  it.each(['my-loss.ts', 'my-layers.ts', 'my-spec.velo-task.json'])(
    'finds nothing wrong with %s',
    async (file) => {
      const { code, stdout, stderr } = await runCli(['check-task', file, '--json'], { cwd });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const findings = jsonLines(stdout);
      expect(findings.map(({ what }) => what)).toEqual([
        ...['file', 'parameters', 'batch', 'splits', 'repeatable', 'loss', 'compiled'],
        ...['gradient', 'cost', 'with adam', 'with velo'],
      ]);
      expect(findings.filter(({ isWarning }) => isWarning === true)).toEqual([]);
    },
  );

  it('says memory and time of so many trainings at once', async () => {
    const memberMegabytes = async (members: number): Promise<number[]> => {
      const args = ['check-task', 'my-loss.ts', '--members', String(members), '--json'];
      const { code, stdout, stderr } = await runCli(args, { cwd });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const told = jsonLines(stdout).slice(-2);
      expect(told.map(({ what }) => what)).toEqual([
        `${members} with adam`,
        `${members} with velo`,
      ]);
      return told.map(({ text }) => {
        const [, megabytes] =
          /^[\d.,]+ MB \(([\d.,]+) for members, .* shared\), .* for 1000 steps of each on \d+ workers$/.exec(
            String(text),
          ) ?? [];
        return Number(megabytes?.replaceAll(',', ''));
      });
    };
    const [few, many] = [await memberMegabytes(10), await memberMegabytes(100)];
    // 50,890 parameters with two moments each, as they are and as they will be.
    expect(few[0]).toBeCloseTo((2 * 10 * 4 * 3 * 50_890) / 2 ** 20, 0);
    for (const optimizer of [0, 1]) expect(many[optimizer]! / few[optimizer]!).toBeCloseTo(10, 1);
  });

  it('says that a population is too large for the memory that there is', async () => {
    const args = ['check-task', 'my-loss.ts', '--members', '1000000', '--json'];
    const { code, stdout } = await runCli(args, { cwd });
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({
      isWarning: true,
      text: expect.stringMatching(
        /more than the [\d.,]+ MB that it may have; take fewer members$/,
      ) as string,
    });
  });
});
