/** The tree of tasks: families, and in each what is ready to train. */
import type { EngineResult } from '../../protocol/index';
import { formatCount } from '../format';
import type { ListNode } from './listTree';

export type TaskFamily = EngineResult<'tasks.list'>['families'][number];
export type ReadyTask = TaskFamily['tasks'][number];

export function taskNodes(families: readonly TaskFamily[]): ListNode[] {
  return families.map((family, index): ListNode => ({
    label: family.title,
    description: String(family.tasks.length),
    tooltip: family.summary,
    icon: { id: 'symbol-class' },
    spoken: `${family.title}, ${family.tasks.length} tasks: ${family.summary}`,
    isOpen: index === 0,
    children: family.tasks.map((task): ListNode => {
      const size = `${formatCount(task.parameters)} parameters`;
      return {
        label: task.name,
        description: size,
        tooltip: `${task.summary}\n${size}`,
        icon: { id: 'symbol-method' },
        contextValue: 'task',
        spoken: `${task.name}, ${size}`,
        payload: task,
      };
    }),
  }));
}
