/** Records a small meta-training for its view: the real one, from the command line, and what the engine says of it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metaAbout, metaPlan } from '../../../../src/engine/server/metaAbout';
import { metaEntry, readDiskMeta } from '../../../../src/engine/server/metaEntries';
import { MetaLog } from '../../../../src/engine/server/metaLog';
import { validationTasksOf } from '../../../../src/engine/server/metas';
import type { MetaUpdate } from '../../../../src/protocol/live/index';
import { metaTrainingsDirectory } from '../../../../src/storage/index';
import type { HostMessage } from '../scenes';

const CONFIG = {
  kind: 'metatrain',
  name: 'clock-and-a-half',
  optimizer: { kind: 'velo', options: { hidden: 32, bank: 8 }, start: 'clock' },
  tasks: 'wide',
  lengths: { logUniform: [40, 240] },
  estimator: { kind: 'fullEs', pairs: 16, sigma: 0.06 },
  outer: { learningRate: 0.02 },
  iterations: 96,
  validation: {
    ...{ every: 8, tasks: 12, lengths: [50, 120, 240], samples: 512 },
    baseline: true,
  },
};

/** Where it says that it was. */
const SHOWN_ROOT = '/home/ada/optimizers';

/** @param root  of the repository. @returns what the host would send */
export async function metaMessages(root: string): Promise<HostMessage[]> {
  const folder = mkdtempSync(join(tmpdir(), 'velo-record-'));
  const config = join(folder, 'small.velo.json');
  writeFileSync(config, JSON.stringify(CONFIG));
  const cli = join(root, 'dist', 'cli.cjs');
  execFileSync(process.execPath, [cli, 'metatrain', config, '--out', folder], { stdio: 'inherit' });
  const update = await updateOf(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return [{ type: 'meta', seq: 0, update, canControl: true }];
}

/** Everything of the one meta-training in a folder. */
async function updateOf(folder: string): Promise<MetaUpdate> {
  const parent = metaTrainingsDirectory(folder);
  const directory = join(parent, readdirSync(parent)[0] ?? '');
  const disk = readDiskMeta(directory);
  const news = await new MetaLog(directory).read();
  const shown = (path: string) => path.replace(folder, SHOWN_ROOT);
  const entry = metaEntry(disk, {});
  return {
    entry: { ...entry, directory: shown(entry.directory), startedAt: '2026-11-29T09:00:00.000Z' },
    plan: metaPlan(disk.record.config),
    about: metaAbout(disk.record),
    tasks: validationTasksOf(disk.record),
    ...news,
    validations: news.validations.map((validation) =>
      validation.theta === undefined
        ? validation
        : { ...validation, theta: shown(validation.theta) },
    ),
  };
}
