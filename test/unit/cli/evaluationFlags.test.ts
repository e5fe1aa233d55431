import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluationConfig } from '../../../src/cli/evaluationFlags';

const optimizersOf = (...optimizer: string[]) =>
  evaluationConfig('quick-12', { optimizer }).optimizers;

describe('what is measured', () => {
  it('may be weights, by their name or their file', () => {
    const file = join('folder', 'mine.safetensors');
    expect(optimizersOf('velo-handmade-1', file)).toMatchObject([
      { name: 'velo-handmade-1', optimizer: { name: 'velo', weights: 'velo-handmade-1' } },
      { name: 'mine', optimizer: { name: 'velo', weights: join(process.cwd(), file) } },
    ]);
  });

  it('is swept where it is a baseline, and not where it is learned', () => {
    const [velo, momentum] = optimizersOf('velo', 'momentum');
    expect([velo?.sweep, momentum?.sweep !== undefined]).toEqual([undefined, true]);
  });

  it('is refused where nothing has the name', () => {
    expect(() => optimizersOf('velo-handmade-2')).toThrow(
      '--optimizer velo-handmade-2: there is no such optimizer',
    );
  });
});
