/** `velo weights`: builds weights by hand and looks into weight files. */
import type { Command } from 'commander';
import { UserError } from '../../base/index';
import type { ThetaCard } from '../../core/index';
import {
  encodeSafetensors,
  sha256Of,
  weightsDirectory,
  writeFileAtomic,
} from '../../storage/index';
import { formatCount } from '../output';
import type { Output } from '../output';
import { collect, wholeNumber } from './shared';
import { inspectWeights } from './weightsInspect';

interface BuildOptions {
  readonly kind: string;
  readonly hidden?: string;
  readonly bank?: string;
  readonly peak?: string;
  readonly out: string;
}

interface CardOptions {
  readonly name?: string;
  readonly licence?: string;
  readonly results: readonly string[];
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
  weights
    .command('card')
    .description('give a weight file another name or licence, and write into it how it compared')
    .argument('<weights>', 'name of bundled weights, or a .safetensors file')
    .option('--name <name>', 'what it is called (default: as it is)')
    .option('--licence <id>', 'SPDX identifier (default: as it is)')
    .option(
      '--results <evaluation>',
      'folder of an evaluation of these weights; may be given several times',
      collect,
      [],
    )
    .requiredOption('--out <file>', 'where to write, *.safetensors; may be the same file')
    .option('--json', 'one JSON object')
    .action((source: string, options: CardOptions) => giveCard(source, options, output));
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

async function giveCard(source: string, options: CardOptions, output: Output): Promise<void> {
  const { name, licence, results, out } = options;
  const empty = Object.entries({ name, licence }).find(([, text]) => text?.trim() === '');
  if (empty !== undefined) throw new UserError('usage', `--${empty[0]} must not be empty`);
  const { writeCard } = await import('../../engine/index');
  const { card, sha256 } = writeCard(
    { source, target: out, weightsDir: weightsDirectory() },
    {
      ...(name === undefined ? {} : { name }),
      ...(licence === undefined ? {} : { licence }),
      evaluations: results,
    },
  );
  output.print(`Wrote ${card.name} to ${out}.`);
  output.emit({ type: 'weights', file: out, name: card.name, sha256 });
}
