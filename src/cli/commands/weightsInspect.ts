/** What `velo weights inspect` tells of a weight file: its card, architecture, checksum and norms. */
import pc from 'picocolors';
import type { NamedFloats } from '../../base/index';
import type { Architecture, Theta, ThetaCard } from '../../core/index';
import { weightsDirectory } from '../../storage/index';
import { formatCount, formatTable } from '../output';
import type { Output } from '../output';

export async function inspectWeights(name: string, output: Output): Promise<void> {
  const { loadWeights } = await import('../../engine/index');
  const { learnedOptimizer } = await import('../../core/index');
  const { theta, card, sha256 } = loadWeights(name, weightsDirectory());
  const groups = groupNorms(theta.tensors);
  const { architecture } = theta;
  output.emit({ type: 'weights', file: name, sha256, architecture, ...card, groups });
  output.print(pc.bold(card.name));
  const { title } = learnedOptimizer(architecture);
  for (const [label, text] of describeWeights(theta, { title, ...card, sha256 })) {
    output.print(`  ${label.padEnd(20)} ${text}`);
  }
  const rows = groups.map(({ group, numbers, norm, largest }) => [
    group,
    formatCount(numbers),
    norm.toPrecision(4),
    largest.toPrecision(4),
  ]);
  const columns = [
    ['group', 'left'],
    ['numbers', 'right'],
    ['2-norm', 'right'],
    ['largest', 'right'],
  ] as const;
  output.print(formatTable(columns, rows).replace(/^/gm, '  '));
}

function describeWeights(
  { architecture, tensors }: Theta,
  card: ThetaCard & { readonly title: string; readonly sha256: string },
): [string, string][] {
  const numbers = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
  return [
    ['provenance', card.provenance],
    ['licence', card.licence],
    ['created by', card.createdBy],
    ...Object.entries(card.notes ?? {}),
    ['architecture', describeArchitecture(architecture, card.title)],
    ['numbers', formatCount(numbers)],
    ['sha256', card.sha256],
  ];
}

function describeArchitecture(architecture: Architecture, title: string): string {
  if (architecture.kind !== 'velo') {
    const options = Object.entries(architecture).filter(([name]) => name !== 'kind');
    return [title, ...options.map(([name, value]) => `${name} ${String(value)}`)].join(', ');
  }
  const { kind, hidden, bank, ffMult, buggedLossFeatures, buggedNextLstmState } = architecture;
  const quirks = [
    ...(buggedLossFeatures ? ['loss features for 10 steps'] : []),
    ...(buggedNextLstmState ? ['LSTM restarts at each step'] : []),
  ];
  const suffix = quirks.length === 0 ? '' : `; quirks: ${quirks.join(', ')}`;
  return `${kind}, LSTM ${hidden}, bank of ${bank}, factor ${ffMult}${suffix}`;
}

interface GroupNorm {
  readonly group: string;
  readonly numbers: number;
  readonly norm: number;
  readonly largest: number;
}

/** Norms of the parts of a theta: the tensors that share a path up to their last name, or have none. */
function groupNorms(tensors: NamedFloats): GroupNorm[] {
  const groups = new Map<string, Float32Array[]>();
  for (const [name, { data }] of Object.entries(tensors)) {
    const end = name.lastIndexOf('/');
    const group = end < 0 ? name : name.slice(0, end);
    groups.set(group, [...(groups.get(group) ?? []), data]);
  }
  return [...groups].map(([group, arrays]) => {
    const squares = arrays.reduce((sum, data) => sum + sumOfSquares(data), 0);
    const largest = arrays.reduce(
      (max, data) => data.reduce((most, value) => Math.max(most, Math.abs(value)), max),
      0,
    );
    const numbers = arrays.reduce((sum, data) => sum + data.length, 0);
    return { group, numbers, norm: Math.sqrt(squares), largest };
  });
}

function sumOfSquares(data: Float32Array): number {
  return data.reduce((sum, value) => sum + value * value, 0);
}
