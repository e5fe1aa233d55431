import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../../../src/cli/configFiles';
import { DEFAULT_WEIGHTS } from '../../../src/protocol/index';
import { temporaryFolder } from '../storage/runFixtures';

function written(task: object, optimizer: object): { folder: string; file: string } {
  const folder = temporaryFolder();
  const file = join(folder, 'a.velo.json');
  fs.writeFileSync(file, JSON.stringify({ task, optimizer }));
  return { folder, file };
}

describe('paths in a config', () => {
  it.each(['digits8', 'mnist', 'fashion-mnist'])(
    'the bundled data set %s stays a name',
    (dataset) => {
      const { folder, file } = written({ family: 'imageMlp', dataset }, { name: 'velo' });
      fs.mkdirSync(join(folder, dataset));
      expect(readConfigFile(file).task).toMatchObject({ dataset });
      expect(readConfigFile(file).optimizer).toMatchObject({ weights: DEFAULT_WEIGHTS });
    },
  );

  it.each(['./data', 'sub/data', '../data'])('%s is relative to the config', (dataset) => {
    const { folder, file } = written({ family: 'imageMlp', dataset }, { name: 'velo' });
    expect(readConfigFile(file).task).toMatchObject({ dataset: join(folder, dataset) });
  });

  it('a bare name is a path where a file of that name is beside the config', () => {
    const task = { family: 'imageMlp', dataset: 'mine' };
    const { folder, file } = written(task, { name: 'velo', weights: 'theta' });
    expect(readConfigFile(file)).toMatchObject({
      task: { dataset: 'mine' },
      optimizer: { weights: 'theta' },
    });
    fs.mkdirSync(join(folder, 'mine'));
    fs.writeFileSync(join(folder, 'theta'), '');
    expect(readConfigFile(file)).toMatchObject({
      task: { dataset: join(folder, 'mine') },
      optimizer: { weights: join(folder, 'theta') },
    });
  });

  it('weights that end in .safetensors are a path though nothing is there', () => {
    const { folder, file } = written(
      { family: 'beale' },
      { name: 'velo', weights: 'w.safetensors' },
    );
    expect(readConfigFile(file).optimizer).toMatchObject({
      weights: join(folder, 'w.safetensors'),
    });
  });
});

describe('options of the command line', () => {
  it('go over the file, --seed and --device after --set', () => {
    const { file } = written({ family: 'beale' }, { name: 'sgd' });
    const config = readConfigFile(file, {
      set: ['seed=1', 'numSteps=5'],
      seed: '2',
      device: 'cpu',
    });
    expect(config).toMatchObject({ name: 'a', seed: 2, numSteps: 5, device: 'cpu' });
  });
});
