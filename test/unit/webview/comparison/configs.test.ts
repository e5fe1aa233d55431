import { describe, expect, it } from 'vitest';
import {
  compareConfigs,
  configTable,
  differingPaths,
  nameRuns,
  parseConfig,
} from '../../../../webview/comparison/configs';
import { adam, configText, entryOf, velo } from './support';

const named = (config: string, changes = {}) => ({
  config: parseConfig(config),
  entry: entryOf('r', changes),
});

describe('a config as fields', () => {
  it('has dotted paths, lists joined, and no names', () => {
    const fields = parseConfig(configText(adam(0.001)));
    expect(fields.get('task.hidden')).toBe('64-32');
    expect(fields.get('optimizer.learningRate')).toBe('0.001');
    expect(fields.has('name')).toBe(false);
  });

  it('has none where the text is no JSON', () => {
    expect(parseConfig('{ broken').size).toBe(0);
  });
});

describe('what differs between configs', () => {
  it('is the learning rate of Adam, and the optimizer beside VeLO', () => {
    const configs = [adam(0.001), adam(0.01), velo('velo-handmade-1')].map((optimizer) =>
      parseConfig(configText(optimizer)),
    );
    expect(differingPaths(configs)).toEqual(['optimizer.name', 'optimizer.learningRate']);
    expect(compareConfigs(configs)).toEqual({
      same: ['seed 0', 'batch 128', '1,000 steps'],
      differs: ['optimizer', 'lr'],
    });
  });

  it('leaves out the fields that only another optimizer has', () => {
    const configs = [adam(0.001), velo('a')].map((optimizer) => parseConfig(configText(optimizer)));
    expect(compareConfigs(configs).differs).toEqual(['optimizer']);
  });

  it('counts a field that one of two like runs lacks', () => {
    const configs = [
      configText(adam(0.001)),
      configText(adam(0.001), { earlyStop: { patience: 5 } }),
    ].map(parseConfig);
    expect(differingPaths(configs)).toEqual(['earlyStop.patience']);
  });

  it('names the optimizer and its weights where they are the same', () => {
    const configs = [0, 1].map((seed) =>
      parseConfig(configText(velo('/w/my.safetensors'), { seed })),
    );
    expect(compareConfigs(configs)).toEqual({
      same: ['VeLO', 'θ my', 'batch 128', '1,000 steps'],
      differs: ['seed'],
    });
  });

  it('is nothing for one run', () => {
    expect(compareConfigs([parseConfig(configText(adam(0.1)))]).differs).toEqual([]);
  });
});

describe('the names of the runs', () => {
  it('say the optimizer, its learning rate, and what else differs', () => {
    const runs = [
      named(configText(adam(0.001))),
      named(configText(adam(0.001), { numSteps: 2000 })),
      named(configText(velo('velo-handmade-1'))),
    ];
    expect(nameRuns(runs)).toEqual([
      { optimizer: 'Adam', setting: 'lr 0.001, 1,000 steps', label: 'Adam lr 0.001, 1,000 steps' },
      { optimizer: 'Adam', setting: 'lr 0.001, 2,000 steps', label: 'Adam lr 0.001, 2,000 steps' },
      {
        optimizer: 'VeLO, θ velo-handmade-1',
        setting: '1,000 steps',
        label: 'velo-handmade-1 1,000 steps',
      },
    ]);
  });

  it('keep "hand-made" of weights whose name does not say so', () => {
    const [naming] = nameRuns([named(configText(velo('warm')), { handMade: true })]);
    expect(naming?.optimizer).toBe('VeLO, θ warm (hand-made)');
  });

  it('fall back to the name of the run where two would be called the same', () => {
    const twice = [
      named(configText(adam(0.1)), { name: 'one' }),
      named(configText(adam(0.1)), { name: 'two' }),
    ];
    expect(nameRuns(twice).map(({ label }) => label)).toEqual(['one', 'two']);
  });

  it('take the short description of a run without a readable config', () => {
    expect(nameRuns([named('', { optimizer: 'sgd 0.1' })])[0]?.optimizer).toBe('sgd 0.1');
  });
});

describe('the table of configurations', () => {
  it('has what differs first', () => {
    const runs = [named(configText(adam(0.1))), named(configText(adam(0.2)))];
    const { columns, rows } = configTable(runs);
    expect(columns).toEqual(['Field', '', 'r', 'r']);
    expect(rows[0]).toEqual(['optimizer.learningRate', 'differs', '0.1', '0.2']);
    expect(rows).toContainEqual(['seed', 'same', '0', '0']);
  });
});
