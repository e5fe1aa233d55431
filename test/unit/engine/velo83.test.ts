/** The suites of 83: the sizes of the originals, and names that promise no data that are not there. */
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../../src/base/index';
import { MINI_83, ORIGINALS, VELO_83 } from '../../../src/core/suites/velo83/velo83';
import type { Suite } from '../../../src/core/suites/suite';
import type { ImageDataset } from '../../../src/core/tasks/datasets/images';
import type { TextDataset } from '../../../src/core/tasks/datasets/text';
import type { Task } from '../../../src/core/tasks/task';
import { taskFrom } from '../../../src/engine/jobs/createTask';
import type { TaskDataset } from '../../../src/engine/jobs/createTask';
import { decodeTask, innermostTask } from '../../../src/protocol/index';
import type { TaskConfig } from '../../../src/protocol/index';

const configsOf = ({ tasks }: Suite) =>
  tasks.map(({ name, task }) => ({ name, config: decodeTask(task) }));
const full = configsOf(VELO_83);
const mini = configsOf(MINI_83);

/** Data of the right geometry without anything in them: what shapes depend on, at no cost. */
function blankData(config: TaskConfig): TaskDataset {
  const task = innermostTask(config);
  if ('vocabulary' in task) return blankText(task.vocabulary);
  const name = 'dataset' in task ? task.dataset : '';
  const [side, channels, classes] = /mnist/.test(name) ? [28, 1, 10] : [32, 3, 10];
  return blankImages({ side, channels, classes: name === 'emoji98' ? 98 : classes });
}

function blankImages({ side, channels, classes }: Record<string, number>): ImageDataset {
  const count = 1500;
  const set = { count, height: side!, width: side!, channels: channels! };
  const pixels = new Uint8Array(count * side! * side! * channels!);
  return {
    name: 'blank',
    classes: classes!,
    train: { ...set, pixels, labels: new Uint8Array(count) },
  };
}

function blankText(vocabulary: number): TextDataset {
  const documents = 30_000;
  const starts = Uint32Array.from({ length: documents + 1 }, (_, index) => 2 * index);
  return { name: 'blank', vocabulary, tokens: new Uint16Array(2 * documents).fill(5), starts };
}

const countOf = ({ params }: Task): number =>
  params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

it('has 83 tasks, each with a twin', () => {
  expect(full).toHaveLength(83);
  expect(mini).toHaveLength(83);
});

describe('velo-83', () => {
  it.each(full.map(({ name, config }, index) => [name, config, index] as const))(
    '%s has as many parameters as the original',
    (_, config, index) => {
      expect(countOf(taskFrom(config, 0, blankData(config)))).toBe(ORIGINALS[index]!.parameters);
    },
  );

  it('calls no stand-in by the name of what it stands for', () => {
    for (const { name, config } of [...full, ...mini]) {
      const { dataset = '' } = innermostTask(config) as { dataset?: string };
      const isOriginal = /^(mnist|fashion-mnist|cifar10)/.test(dataset);
      if (!isOriginal) expect(name).not.toMatch(/cifar|imagenet|food|lm1b|wikipedia/i);
    }
  });
});
