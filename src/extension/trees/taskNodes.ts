/** The tree of tasks: families, and in each what is ready to train; a click opens the gallery at that task. */
import type { ReadyTask, TaskFamilyEntry } from '../../protocol/live/index';
import { formatCount } from '../format';
import type { ListNode } from './listTree';

export type { ReadyTask } from '../../protocol/live/index';

export function taskNodes(families: readonly TaskFamilyEntry[]): ListNode[] {
  return families.map((family, index): ListNode => ({
    label: family.title,
    description: String(family.tasks.length),
    tooltip: family.summary,
    icon: { id: 'symbol-class' },
    spoken: `${family.title}, ${family.tasks.length} tasks: ${family.summary}`,
    isOpen: index === 0,
    children: family.tasks.map(taskNode),
  }));
}

function taskNode(task: ReadyTask): ListNode {
  const { name, summary, parameters, seed } = task;
  const size = `${formatCount(parameters)} parameters`;
  const drawn = seed === undefined ? '' : `\nDrawn by the family's sampler, seed ${seed}`;
  return {
    label: name,
    description: size,
    tooltip: `${summary}\n${size}${drawn}`,
    icon: { id: 'symbol-method' },
    contextValue: 'task',
    spoken: `${name}, ${size}`,
    payload: task,
    command: { command: 'velo.task.open', title: 'Open Tasks' },
  };
}
