/** Records small meta-trainings for their view: real ones, from the command line, and what the engine says of them. */
import { execFileSync } from 'node:child_process';
import type { ExecFileSyncOptions } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metaAbout, metaPlan } from '../../../../src/engine/server/metaAbout';
import { metaEntry, readDiskMeta } from '../../../../src/engine/server/metaEntries';
import { MetaLog } from '../../../../src/engine/server/metaLog';
import { validationTasksOf } from '../../../../src/engine/server/metas';
import type { MetaSensitivity, MetaUpdate } from '../../../../src/protocol/live/index';
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

const digits = (hidden: readonly unknown[]) => ({
  task: { family: 'imageMlp', dataset: 'digits8', hidden, batchSize: 32 },
  variation: { initScale: { uniform: [0.7, 1.4] } },
});
/** Gradients back through trainings, of an optimizer that is small enough. */
const GRADIENTS = {
  kind: 'metatrain',
  name: 'by-gradient',
  optimizer: { kind: 'learnableAdam' },
  tasks: {
    name: 'small digits',
    summary: 'Digits of 64 pixels and small perceptrons.',
    metaTrain: [digits([{ integer: [8, 16] }]), digits([16, 16])],
  },
  lengths: { logUniform: [40, 120] },
  estimator: { kind: 'truncatedGrad', problems: 6, truncation: 20, clip: 1 },
  outer: { learningRate: 0.3, ema: 0.5 },
  iterations: 40,
  validation: { every: 5, tasks: 6, lengths: [50, 100] },
};

/** @param root  of the repository. @returns what the host would send */
export function metaMessages(root: string): Promise<HostMessage[]> {
  return inFolder(async (folder) => {
    const config = written(folder, CONFIG);
    velo(root, ['metatrain', config, '--out', folder], { stdio: 'inherit' });
    return [messageOf(await updateOf(folder)), sensitivityMessage(root, config)];
  });
}

/** @param root  of the repository. @returns what the host would send */
export function gradientMessages(root: string): Promise<HostMessage[]> {
  return inFolder(async (folder) => {
    velo(root, ['metatrain', written(folder, GRADIENTS), '--out', folder], { stdio: 'inherit' });
    return [messageOf(await updateOf(folder))];
  });
}

async function inFolder(work: (folder: string) => Promise<HostMessage[]>): Promise<HostMessage[]> {
  const folder = mkdtempSync(join(tmpdir(), 'velo-record-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function written(folder: string, config: object): string {
  const path = join(folder, 'small.velo.json');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

function velo(root: string, args: readonly string[], options: ExecFileSyncOptions): string {
  return String(execFileSync(process.execPath, [join(root, 'dist', 'cli.cjs'), ...args], options));
}

function messageOf(update: MetaUpdate): HostMessage {
  return { type: 'meta', seq: 0, update, canControl: true };
}

/** On few problems, each long enough for noise to show. */
function sensitivityMessage(root: string, config: string): HostMessage {
  const flags = ['--sensitivity', '--problems', '8', '--json'];
  const lines = velo(root, ['metatrain', config, ...flags], {})
    .trim()
    .split('\n');
  const { sensitivity: result } = JSON.parse(lines.at(-1) ?? '') as {
    sensitivity: MetaSensitivity;
  };
  return { type: 'sensitivity', state: { result }, canControl: true };
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
