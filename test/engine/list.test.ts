import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runsDirectory } from '../../src/storage/index';
import { writeFinishedRuns } from '../host/manyRuns';
import { openWindow, workspace } from '../support/engineWindow';

it('answers with the runs worked on last before it knows all', async () => {
  const root = workspace();
  writeFinishedRuns(root, 60);
  for (let run = 1; run <= 60; run++) {
    const time = new Date(Date.UTC(2026, 0, 1, run));
    utimesSync(join(runsDirectory(root), `old-${run}`), time, time);
  }
  const window = await openWindow(root);
  const { runs } = await window.engine.request('runs.list', { newest: 3 });
  expect(runs.map(({ runId }) => runId)).toEqual(['old-60', 'old-59', 'old-58']);
  expect(await window.list()).toHaveLength(60);
});
