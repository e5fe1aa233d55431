/**
 * The extension inside a real extension host. Everything runs there in one go (a start takes ten seconds); here each
 * check is a test. Without VELO_VSCODE (see .ci/vscode.sh) all are skipped.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineEnded } from '../support/engineEnd';
import { startVsCode, vscodeFolder } from '../support/vscode';
import type { VsCode } from '../support/vscode';
import { CHECKS, WATCHED_SECONDS } from './checks';
import type { CheckResult } from './checks';
import { writeFinishedRuns } from './manyRuns';

const root = fileURLToPath(new URL('../../', import.meta.url));
const TIMEOUT_MS = 300_000 + WATCHED_SECONDS * 1000;

describe.skipIf(vscodeFolder === undefined)('in the extension host of VELO_VSCODE', () => {
  let results: CheckResult[] = [];
  let output: readonly string[] = [];
  let code: VsCode | undefined;
  const workplace = mkdtempSync(join(tmpdir(), 'velo-host-'));

  beforeAll(async () => {
    const folder = join(workplace, 'ws');
    const tests = join(workplace, 'suite.cjs');
    const resultFile = join(workplace, 'results.json');
    mkdirSync(folder);
    writeFileSync(resultFile, '[]');
    writeFinishedRuns(folder, 1000);
    await buildSuite(tests);
    code = await startVsCode({
      folder,
      extension: root.replace(/\/$/, ''),
      tests,
      env: { VELO_HOST_RESULTS: resultFile },
    });
    ({ output } = code);
    const ended = await Promise.race([
      code.testsEnded,
      new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS - 10_000, 'timeout')),
    ]);
    results = JSON.parse(readFileSync(resultFile, 'utf8')) as CheckResult[];
    for (const { name, note } of results) if (note !== undefined) console.log(`${name}: ${note}`);
    if (ended !== 0) console.log(`ended with ${String(ended)}\n${output.join('\n')}`);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await code?.close();
    await engineEnded(join(workplace, 'ws'));
    rmSync(workplace, { recursive: true, force: true });
  });

  it.each(CHECKS)('%s', (name) => {
    const result = results.find((each) => each.name === name);
    expect(result, 'it did not get there').toBeDefined();
    expect(result?.error).toBeUndefined();
  });
});

async function buildSuite(outfile: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/host/suite.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'error',
  });
}
