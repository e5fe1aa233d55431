import { describe, expect, it } from 'vitest';
import { refuseOwnCode } from '../../../../src/engine/userTasks/trust';

const CODE = { family: 'user', file: 'tasks/mine.ts' };
const LAYERS = { family: 'user', file: 'tasks/mine.velo-task.json' };
const DIGITS = { family: 'imageMlp', dataset: 'digits8', hidden: [16], batchSize: 32 };

describe('in a folder that is not trusted', () => {
  it.each([
    ['a task', CODE],
    ['a task inside another', { family: 'esGradient', pairs: 1, std: 0.1, task: CODE }],
    ['a task inside one that is inside another', { task: { family: 'esGradient', task: CODE } }],
    ['a task that may be drawn', { family: 'esGradient', task: { choose: [DIGITS, CODE] } }],
    ['a family that may be drawn', { ...CODE, family: { choose: ['imageMlp', 'user'] } }],
    ['a file that may be drawn', { ...CODE, file: { choose: [LAYERS.file, CODE.file] } }],
    ['a task that is there at times', { task: { maybe: CODE, probability: 0.1 } }],
  ])('%s that is code is refused by the name of its file', (_, task) => {
    expect(() => {
      refuseOwnCode(task);
    }).toThrow(/^tasks\/mine\.ts is code, and this folder is not trusted/);
  });

  it.each([
    ['tasks of ours', { family: 'esGradient', task: DIGITS }],
    ['lists of layers', LAYERS],
    ['lists of layers inside another task', { family: 'esGradient', task: { choose: [LAYERS] } }],
    ['data called user', { ...DIGITS, dataset: { choose: ['user', 'digits8'] } }],
  ])('%s pass', (_, task) => {
    expect(() => {
      refuseOwnCode(task);
    }).not.toThrow();
  });
});
