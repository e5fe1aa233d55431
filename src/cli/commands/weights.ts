/** `velo weights`: builds weights by hand and looks into weight files. */
import type { Command } from 'commander';
import pc from 'picocolors';
import { UserError } from '../../base/index';
import type { NamedFloats } from '../../base/index';
import type { Architecture, Theta, ThetaCard } from '../../core/index';
import {
  encodeSafetensors,
  sha256Of,
  weightsDirectory,
  writeFileAtomic,
} from '../../storage/index';
import { formatCount, formatTable } from '../output';
import type { Output } from '../output';
import { wholeNumber } from './shared';

interface BuildOptions {
  readonly kind: string;
  readonly hidden?: string;
  readonly bank?: string;
  readonly peak?: string;
  readonly out: string;
}

export function addWeightsCommand(program: Command, output: Output): void {
  const weights = program.command('weights').description('build and inspect learned weights');
  weights
    .command('build-handmade')
    .description('construct weights by hand (not meta-trained) and write them to a file')
    .option('--kind <kind>', 'a: plain, b: with clocks', 'b')
    .option('--hidden <n>', 'LSTM size (default: 32)')
    .option('--bank <n>', 'networks in the bank (default: 8)')
    .option(
      '--peak <x>',
      'step multiplier at the top of the schedule (default: 10 for a, 40 for b)',
    )
    .requiredOption('--out <file>', 'where to write, *.safetensors')
    .option('--json', 'one JSON object')
    .action((options: BuildOptions) => buildHandmade(options, output));
  weights
    .command('inspect')
    .description('show architecture, origin, checksum and norms of a weight file')
    .argument('<weights>', 'name of bundled weights, or a .safetensors file')
    .option('--json', 'one JSON object')
    .action((name: string) => inspectWeights(name, output));
}

async function buildHandmade(options: BuildOptions, output: Output): Promise<void> {
  const { kind, out } = options;
  if (kind !== 'a' && kind !== 'b') {
    throw new UserError('usage', `--kind must be a or b, got "${kind}"`);
  }
  const core = await import('../../core/index');
  const shipped = core.SHIPPED_THETA_OPTIONS;
  const hidden = wholeNumber('--hidden', options.hidden ?? String(shipped.hidden), 1);
  const bank = wholeNumber('--bank', options.bank ?? String(shipped.bank), 1);
  const peak = readPeak(options.peak);
  const size = { hidden, bank, ...(peak === undefined ? {} : { peak }) };
  const theta = kind === 'a' ? core.plainTheta(size) : core.clockTheta(size);
  const isShipped =
    kind === 'b' &&
    hidden === shipped.hidden &&
    bank === shipped.bank &&
    (peak ?? shipped.peak) === shipped.peak;
  const card = isShipped ? core.SHIPPED_THETA_CARD : handmadeCard(kind, size);
  const bytes = encodeSafetensors(core.encodeTheta(theta, card));
  writeFileAtomic(out, bytes);
  output.print(`Wrote ${card.name}, made by hand, to ${out} (${formatCount(bytes.length)} bytes).`);
  output.emit({ type: 'weights', file: out, name: card.name, sha256: sha256Of(bytes) });
}

function handmadeCard(
  kind: 'a' | 'b',
  size: { readonly hidden: number; readonly bank: number; readonly peak?: number },
): ThetaCard {
  const peak = size.peak === undefined ? '' : `, peak ${size.peak}`;
  const form = kind === 'a' ? 'plain' : 'with clocks';
  return {
    name: `handmade-${kind}-h${size.hidden}-p${size.bank}`,
    provenance: `Made by hand, not meta-trained: the construction ${form}${peak}.`,
    licence: 'MIT',
    createdBy: 'VeLO Lab',
  };
}

function readPeak(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const peak = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(peak) && peak > 0) return peak;
  throw new UserError('usage', `--peak must be a number > 0, got "${text}"`);
}

async function inspectWeights(name: string, output: Output): Promise<void> {
  const { loadWeights } = await import('../../engine/index');
  const { learnedOptimizer } = await import('../../core/index');
  const { theta, card, sha256 } = loadWeights(name, weightsDirectory());
  const groups = groupNorms(theta.tensors);
  const { architecture } = theta;
  output.emit({ type: 'weights', file: name, sha256, architecture, ...card, groups });
  output.print(pc.bold(card.name));
  const { title } = learnedOptimizer(architecture);
  for (const [label, text] of describeWeights(theta, { title, ...card, sha256 })) {
    output.print(`  ${label.padEnd(12)} ${text}`);
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
