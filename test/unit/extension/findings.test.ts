import { expect, it } from 'vitest';
import { findingsOf, withoutDoubles } from '../../../src/extension/config/findings';

const config = (optimizer: string, more = '') =>
  `{\n  "task": { "family": "rosenbrock" },\n  "optimizer": ${optimizer}${more}\n}`;

it('offers "did you mean" as a fix of the quoted word', () => {
  const text = config('{ "name": "adam" }', ',\n  "numStep": 5');
  const [finding] = findingsOf(text);
  expect(finding?.fix?.title).toBe('Change to "numSteps"');
  const { offset = 0, length = 0, text: word = '' } = finding?.fix ?? {};
  expect(text.slice(0, offset) + word + text.slice(offset + length)).toContain('"numSteps": 5');
});

it('finds what no single field can know, without a fix', () => {
  const [finding] = findingsOf(config('{ "name": "adam" }', ',\n  "earlyStop": { "patience": 2 }'));
  expect(finding?.message).toMatch(/earlyStop needs held-out data/);
  expect(finding?.line).toBe(4);
  expect(finding?.fix).toBeUndefined();
});

it('leaves lines alone that have a problem already', () => {
  const findings = findingsOf(config('{ "name": "adma" }', ',\n  "numStep": 5'));
  expect(findings.map(({ line }) => line)).toEqual([3, 4]);
  expect(withoutDoubles(findings, new Set([2])).map(({ line }) => line)).toEqual([4]);
});

it('knows each kind of file by its own schema', () => {
  const layers = '{ "data": { "table": "iris" }, "layers": [{ "layer": "dence", "width": 3 }] }';
  const [finding] = findingsOf(layers, 'task');
  expect(finding?.fix?.title).toBe('Change to "dense"');
  expect(findingsOf('{ "suite": "quick-12" }', 'evaluation')).toEqual([]);
  expect(findingsOf(layers.replace('dence', 'dense'), 'task')).toEqual([]);
});
