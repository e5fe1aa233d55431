import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { BASELINES } from '../../../src/core/optimizers/registry';
import { DEVICES } from '../../../src/core/compute/device';
import { createRng } from '../../../src/core/compute/rng';
import { createSchedule } from '../../../src/core/optimizers/schedules';
import { ACTIVATIONS } from '../../../src/core/tasks/activations';
import { NORMS } from '../../../src/core/tasks/layers/normalization';
import { MLP_LOSSES } from '../../../src/core/tasks/imageMlp';
import { TASK_FAMILIES } from '../../../src/core/tasks/registry';
import { SPLITS } from '../../../src/core/tasks/task';
import {
  TASK_FAMILIES as CONFIG_FAMILIES,
  DEVICE_NAMES,
  OPTIMIZER_NAMES,
  checkRunConfig,
  decodeTask,
  runConfigJsonSchema,
  taskOptionDocs,
} from '../../../src/protocol/index';

function defaultsOf(name: string): Record<string, unknown> {
  const { config } = checkRunConfig({ task: { family: 'beale' }, optimizer: { name } });
  if (config === undefined) throw new Error(`the schema refuses ${name}`);
  return Object.fromEntries(Object.entries(config.optimizer).filter(([key]) => key !== 'name'));
}

describe('the optimizers of the run config', () => {
  it('are VeLO and the baselines, no more and no fewer', () => {
    const baselines = BASELINES.map(({ name }) => name);
    expect([...OPTIMIZER_NAMES].sort()).toEqual([...baselines, 'velo'].sort());
  });

  it.each(BASELINES.map(({ name, options }) => [name, options] as const))(
    'give %s the options and the defaults of the baseline',
    (name, options) => {
      const defaults = Object.entries(options).map(([key, option]) => [key, option.default]);
      expect(defaultsOf(name)).toEqual(Object.fromEntries(defaults));
    },
  );

  it.each(
    BASELINES.flatMap(({ name, options }) =>
      Object.entries(options).flatMap(([key, option]) =>
        option.kind === 'number' ? [[name, key, option] as const] : [],
      ),
    ),
  )('allow %s the range of %s that the baseline allows', (name, key, option) => {
    const accepts = (value: number): boolean => {
      const optimizer = { name, [key]: value };
      return checkRunConfig({ task: { family: 'beale' }, optimizer }).problems === undefined;
    };
    expect(accepts(option.min)).toBe(option.minAllowed);
    expect(accepts(option.min - 1e-6)).toBe(false);
    if (option.max === Infinity) expect(accepts(1e30)).toBe(true);
    else {
      expect(accepts(option.max)).toBe(option.maxAllowed);
      expect([accepts(option.max + 1e-6), accepts(option.max - 1e-6)]).toEqual([false, true]);
    }
  });

  it.each(
    BASELINES.flatMap(({ name, options }) =>
      Object.entries(options).flatMap(([key, option]) =>
        option.kind === 'integer' || option.kind === 'choice' ? [[name, key, option] as const] : [],
      ),
    ),
  )('allow %s the values of %s that the baseline allows', (name, key, option) => {
    const accepts = (value: unknown): boolean => {
      const optimizer = { name, [key]: value };
      return checkRunConfig({ task: { family: 'beale' }, optimizer }).problems === undefined;
    };
    const [good, bad] =
      option.kind === 'choice'
        ? [option.choices, ['none of these', 1]]
        : [
            [option.min, option.max],
            [option.min - 1, option.max + 1, option.min + 0.5],
          ];
    expect(good.filter((value) => !accepts(value))).toEqual([]);
    expect(bad.filter(accepts)).toEqual([]);
  });
});

describe('the JSON schema', () => {
  it('is what media/schema holds (refresh with vitest -u)', async () => {
    const text = await format(JSON.stringify(runConfigJsonSchema()), {
      parser: 'json',
      printWidth: 100,
    });
    await expect(text).toMatchFileSnapshot('../../../media/schema/velo-run.schema.json');
  });

  it('describes every field', () => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties } = node as { properties?: Record<string, { description?: string }> };
      for (const [name, field] of Object.entries(properties ?? {})) {
        if (field.description === undefined) undescribed.push(`${path}.${name}`);
      }
      for (const [key, child] of Object.entries(node)) visit(child, `${path}.${key}`);
    };
    visit(runConfigJsonSchema(), '');
    expect(undescribed).toEqual([]);
  });
});

describe('the tasks of the run config', () => {
  it('are those of the core, and those of people', () => {
    const others = CONFIG_FAMILIES.filter((family) => family !== 'user');
    expect(others).toEqual(TASK_FAMILIES.map(({ name }) => name));
    expect(CONFIG_FAMILIES).toContain('user');
  });

  it.each(TASK_FAMILIES.map(({ name }) => name))(
    'list the options of %s with the defaults that decoding fills in',
    (family) => {
      const options = taskOptionDocs().get(family) ?? [];
      const given = options.filter((option) => option.default === undefined);
      const decoded = decodeTask({
        family,
        ...Object.fromEntries(given.map(({ name }) => [name, 'mnist'])),
      });
      expect(options.map(({ name }) => name)).toEqual(
        fieldsOf(family).filter((name) => name !== 'family'),
      );
      const written: Record<string, string> = { true: 'yes', false: 'no' };
      const fields: Record<string, unknown> = { ...decoded };
      for (const option of options.filter((each) => !given.includes(each))) {
        const value = fields[option.name];
        const text = typeof value === 'string' ? value : JSON.stringify(value ?? 'none');
        const shown = value === undefined ? 'none' : (written[text] ?? text);
        expect(shown.replaceAll(',', ', '), option.name).toBe(option.default);
        expect(option.summary).not.toBe('');
      }
    },
  );

  it.each(TASK_FAMILIES.map((family) => [family.name, family] as const))(
    'take what %s draws as it is, and the same stream draws the same',
    (_, { sample }) => {
      const draw = (seed: number) => sample(createRng({ seed, purpose: 'task' }));
      const samples = Array.from({ length: 200 }, (_each, seed) => draw(seed));
      for (const each of samples) expect(decodeTask(each)).toEqual(each);
      expect(Array.from({ length: 200 }, (_each, seed) => draw(seed))).toEqual(samples);
    },
  );

  it('allow the activations of the core', () => {
    for (const activation of Object.keys(ACTIVATIONS)) {
      const task = { family: 'imageMlp', dataset: 'mnist', activation };
      expect(checkRunConfig({ task, optimizer: { name: 'velo' } }).problems).toBeUndefined();
    }
  });

  it('allow the norms and the losses of the core', () => {
    const mlp = { family: 'imageMlp', dataset: 'mnist' };
    for (const norm of NORMS) expect(decodeTask({ ...mlp, norm })).toMatchObject({ norm });
    for (const loss of MLP_LOSSES) expect(decodeTask({ ...mlp, loss })).toMatchObject({ loss });
    expect(() => decodeTask({ ...mlp, norm: 'group' })).toThrow(
      'task.norm must be one of none, layer, batch, got "group"',
    );
  });

  it('allow the splits of the core', () => {
    for (const split of SPLITS) {
      const config = {
        task: { family: 'beale' },
        optimizer: { name: 'velo' },
        evaluate: { split },
      };
      expect(checkRunConfig(config).problems).toBeUndefined();
    }
  });
});

describe('the devices of the run config', () => {
  it('are those of the core and the automatic choice', () => {
    expect([...DEVICE_NAMES].sort()).toEqual(['auto', ...DEVICES].sort());
    for (const device of DEVICE_NAMES) {
      const config = { task: { family: 'beale' }, optimizer: { name: 'velo' }, device };
      expect(checkRunConfig(config).problems).toBeUndefined();
    }
  });
});

describe('the schedules of the run config', () => {
  const kinds = ['constant', 'cosine', 'linear', 'warmupCosine'];

  it('are those of the core, no more and no fewer', () => {
    const ofCore = () => createSchedule({ kind: 'x' as 'constant' });
    expect(ofCore).toThrow(`kind must be one of ${kinds.join(', ')}, got x`);
    const { problems } = checkRunConfig({
      task: { family: 'beale' },
      optimizer: { name: 'sgd', schedule: { kind: 'x' } },
    });
    expect(problems?.[0].message).toContain(`must be one of ${kinds.join(', ')}, got "x"`);
  });

  it.each(kinds)('%s has options that the core takes', (kind) => {
    const optimizer = { name: 'sgd', schedule: { kind } };
    const { config } = checkRunConfig({ task: { family: 'beale' }, optimizer });
    if (config?.optimizer.name !== 'sgd') throw new Error('refused');
    expect(createSchedule(config.optimizer.schedule)(0, 10)).toBe(kind === 'warmupCosine' ? 0 : 1);
  });
});

/** Fields of a task family, in the order of the JSON schema. */
function fieldsOf(family: string): string[] {
  interface Branch {
    readonly properties: Record<string, { readonly const?: string }>;
  }
  const { task } = runConfigJsonSchema()['properties'] as { task: { oneOf: Branch[] } };
  const branch = task.oneOf.find(({ properties }) => properties['family']?.const === family);
  return Object.keys(branch?.properties ?? {});
}
