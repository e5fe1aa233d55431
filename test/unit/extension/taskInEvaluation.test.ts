import { describe, expect, it } from 'vitest';
import { taskEvaluationText } from '../../../src/extension/config/newEvaluation';
import { withTask } from '../../../src/extension/config/taskInEvaluation';
import { parseEvaluationConfigText } from '../../../src/protocol/index';

const BOWL = { name: 'bowl', task: { family: 'quadratic', dimension: 4 } };
const TEXT = `// Mine.
{
  "tasks": [
    // The first.
    { "name": "bowl", "task": { "family": "quadratic" } }, /* and no other */
  ],
  "seeds": 3, // three
}
`;
const added = (text: string, task = BOWL) => {
  const result = withTask(text, task);
  if ('problem' in result) throw new Error(result.problem);
  return result;
};
const parsed = (text: string) => parseEvaluationConfigText(text, 'a.velo-eval.json');

describe('a task that is added to an evaluation', () => {
  it('comes last, under a free name, and every comment stays', () => {
    const once = added(TEXT);
    expect(once.name).toBe('bowl 2');
    const twice = added(once.text);
    expect(twice.name).toBe('bowl 3');
    for (const comment of ['// Mine.', '// The first.', '/* and no other */', '// three'])
      expect(twice.text).toContain(comment);
    const { tasks, seeds } = parsed(twice.text);
    expect(seeds).toBe(3);
    expect(tasks?.map(({ name }) => name)).toEqual(['bowl', 'bowl 2', 'bowl 3']);
    expect(tasks?.[2]?.task).toMatchObject(BOWL.task);
  });

  it('keeps the ends of lines that the file has', () => {
    const { text } = added(TEXT.replaceAll('\n', '\r\n'), { ...BOWL, name: 'other' });
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('does not go where a suite says the tasks, nor where something is wrong', () => {
    expect(withTask('{ "suite": "quick-12" }', BOWL)).toMatchObject({
      problem: 'its tasks are those of the suite "quick-12"',
    });
    const wrong = withTask('{\n  "tasks": [],\n  "sedes": 2\n}', BOWL);
    expect(wrong).toHaveProperty('problem', expect.stringMatching(/^line \d: /));
  });

  it('makes an evaluation of its own', () => {
    const { tasks, optimizers } = parsed(taskEvaluationText(BOWL, 'velo-handmade-1'));
    expect(tasks?.map(({ name }) => name)).toEqual(['bowl']);
    expect(optimizers).toMatchObject([{ optimizer: { name: 'velo', weights: 'velo-handmade-1' } }]);
  });
});
