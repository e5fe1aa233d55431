/** The tree of optimizers: weights shipped with the extension, weights of the workspace, baselines. */
import { basename } from 'node:path';
import type { OptimizerEntry } from '../../protocol/live/index';
import type { ListNode } from './listTree';

const GROUPS = [
  { source: 'shipped', label: 'Shipped', isOpen: true },
  { source: 'own', label: 'Mine', isOpen: true },
  { source: 'baseline', label: 'Baselines', isOpen: false },
] as const;

export function optimizerNodes(optimizers: readonly OptimizerEntry[]): ListNode[] {
  return GROUPS.flatMap(({ source, label, isOpen }): ListNode[] => {
    const children = optimizers.filter((entry) => entry.source === source).map(optimizerNode);
    if (children.length === 0) return [];
    const description = String(children.length);
    return [{ label, description, icon: { id: 'folder' }, children, isOpen }];
  });
}

function optimizerNode(entry: OptimizerEntry): ListNode {
  const words = wordsOf(entry);
  const isBaseline = entry.source === 'baseline';
  const canOpen = entry.path !== undefined;
  return {
    label: labelOf(entry),
    description: words,
    tooltip: tooltipOf(entry),
    icon: iconOf(entry),
    contextValue: [
      'optimizer',
      ...(canOpen ? ['openable'] : []),
      ...(entry.problem === undefined ? ['usable'] : []),
    ].join(' '),
    spoken: `${labelOf(entry)}, ${isBaseline ? 'baseline' : 'learned weights'}, ${words}`,
    payload: entry,
    ...(canOpen ? { command: { command: 'velo.optimizer.open', title: 'Open Optimizer' } } : {}),
  };
}

/** Files of the workspace go by their own names: several may have the same card. */
export function labelOf({ source, name, path }: OptimizerEntry): string {
  return source === 'own' && path !== undefined ? basename(path) : name;
}

function iconOf({ source, problem }: OptimizerEntry): ListNode['icon'] {
  if (problem !== undefined) return { id: 'circle-slash', color: 'descriptionForeground' };
  return { id: source === 'baseline' ? 'settings-gear' : 'circuit-board' };
}

function wordsOf({ problem, handMade, summary, licence }: OptimizerEntry): string {
  if (problem !== undefined) return `not usable: ${problem}`;
  const parts = [...(handMade && !/hand/i.test(summary) ? ['hand-made'] : []), summary];
  if (licence !== undefined) parts.push(licence);
  return parts.join(' · ');
}

function tooltipOf({ name, summary, provenance, licence, path, problem }: OptimizerEntry): string {
  const lines = [
    `${name}: ${summary}`,
    problem === undefined ? undefined : `Not usable: ${problem}`,
    provenance,
    licence === undefined ? undefined : `Licence: ${licence}`,
    path,
  ];
  return lines.filter((line) => line !== undefined && line !== '').join('\n');
}
