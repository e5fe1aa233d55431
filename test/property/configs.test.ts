/** Configs and metrics survive their way to the disk and back, whatever they hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkRunConfig,
  decodeMetric,
  diagnoseRunConfigText,
  encodeMetric,
  parseRunConfigText,
} from '../../src/protocol/index';
import { UserError } from '../../src/base/index';

/** Without -0, which JSON writes as 0. */
const number = (min: number, max: number) =>
  fc.double({ min, max, noNaN: true }).map((value) => value + 0);
const share = number(0, 0.999999);
const positive = number(1e-12, 1e6);
const optional = <T>(value: fc.Arbitrary<T>) => ({ value });

/** An object whose fields may each be left out. */
function partial(fields: Record<string, { value: fc.Arbitrary<unknown> }>) {
  const model = Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value]));
  return fc.record(model, { requiredKeys: [] });
}

const withTag = (tag: Record<string, unknown>, fields: Parameters<typeof partial>[0] = {}) =>
  partial(fields).map((rest) => ({ ...tag, ...rest }));

const schedule = fc.oneof(
  fc.constant({ kind: 'constant' }),
  withTag({ kind: 'cosine' }, { minMultiplier: optional(number(0, 1)) }),
  withTag({ kind: 'linear' }, { minMultiplier: optional(number(0, 1)) }),
  withTag({ kind: 'warmupCosine' }, { warmupFraction: optional(share) }),
);
const adamFields = {
  learningRate: optional(positive),
  beta1: optional(share),
  beta2: optional(share),
  schedule: optional(schedule),
};
const optimizer = fc.oneof(
  withTag({ name: 'sgd' }, { learningRate: optional(positive), schedule: optional(schedule) }),
  withTag({ name: 'momentum' }, { momentum: optional(share), nesterov: optional(fc.boolean()) }),
  withTag({ name: 'adam' }, adamFields),
  withTag({ name: 'adamw' }, { ...adamFields, weightDecay: optional(number(0, 1)) }),
  withTag({ name: 'velo' }, { weights: optional(fc.string({ minLength: 1 })) }),
);
const task = fc.oneof(
  fc.constantFrom({ family: 'beale' }, { family: 'rosenbrock' }),
  withTag({ family: 'quadratic' }, { condition: optional(number(1, 1e9)) }),
  withTag(
    { family: 'imageMlp', dataset: 'mnist' },
    { hidden: optional(fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 5 })) },
  ),
);
const config = fc
  .tuple(
    task,
    optimizer,
    partial({
      name: optional(fc.string({ minLength: 1, maxLength: 40 })),
      numSteps: optional(fc.integer({ min: 1, max: 1e6 })),
      seed: optional(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
      targetLoss: optional(number(-1e3, 1e3)),
    }),
  )
  .map(([taskValue, optimizerValue, rest]) => ({
    task: taskValue,
    optimizer: optimizerValue,
    ...rest,
  }));

describe('a run config', () => {
  it('decoded, written and read again is the same', () => {
    fc.assert(
      fc.property(config, (input) => {
        const { config: decoded } = checkRunConfig(input);
        const text = JSON.stringify(decoded, null, 2);
        expect(parseRunConfigText(text)).toStrictEqual(decoded);
        expect(decoded).toMatchObject(input);
      }),
    );
  });

  it('of any JSON is either decoded or refused with a place inside the text', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const diagnostics = diagnoseRunConfigText(text);
        expect(diagnostics.length).toBeGreaterThan(0);
        for (const { offset, length, line, column } of diagnostics) {
          expect(offset + length).toBeLessThanOrEqual(text.length);
          expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
        }
      }),
    );
  });

  it('cut off anywhere is a UserError and nothing else', () => {
    fc.assert(
      fc.property(config, fc.nat(), fc.string({ maxLength: 3 }), (input, at, noise) => {
        const text = JSON.stringify(input);
        const cut = at % text.length;
        const broken = text.slice(0, cut) + noise;
        try {
          parseRunConfigText(broken);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});

describe('a line of metrics', () => {
  const loss = fc.oneof(fc.constant(null), number(-1e300, 1e300));
  const step = fc.integer({ min: 0, max: 1e9 });
  const metric = fc.oneof(
    fc.record({ step, loss, seconds: number(0, 1e9) }, { requiredKeys: ['step', 'loss'] }),
    fc.record(
      {
        step,
        loss,
        split: fc.constantFrom('train', 'innerValid', 'outerValid', 'test'),
        accuracy: number(0, 1),
      },
      { requiredKeys: ['step', 'loss', 'split'] },
    ),
  );

  it('decodes to what was encoded, -0 aside, on one line', () => {
    fc.assert(
      fc.property(metric, (value) => {
        const line = encodeMetric(value);
        expect(line).not.toContain('\n');
        expect(decodeMetric(line, 'x')).toEqual(JSON.parse(line));
        expect(decodeMetric(line, 'x').loss).toBe(value.loss === 0 ? 0 : value.loss);
      }),
    );
  });

  it('writes a loss that is no number as null, never as 0', () => {
    fc.assert(
      fc.property(fc.constantFrom(NaN, Infinity, -Infinity), step, (bad, at) => {
        expect(decodeMetric(encodeMetric({ step: at, loss: bad }), 'x')).toEqual({
          step: at,
          loss: null,
        });
      }),
    );
  });
});
