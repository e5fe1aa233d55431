import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { BASELINES } from '../../../src/core/optimizers/registry';
import { OPTIMIZER_NAMES, checkRunConfig, runConfigJsonSchema } from '../../../src/protocol/index';

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
    if (option.below === Infinity) expect(accepts(1e30)).toBe(true);
    else expect([accepts(option.below), accepts(option.below - 1e-6)]).toEqual([false, true]);
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
