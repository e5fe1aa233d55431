/** `velo parity`: replays recorded updates of the original VeLO through both implementations of this program. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import pc from 'picocolors';
import type { ParityReport, StageReport } from '../../engine/index';
import { DEVICE_NAMES, didYouMean, parseVeloVectors } from '../../protocol/index';
import type { DeviceName } from '../../protocol/index';
import { onDisk } from '../../storage/index';
import { UserError } from '../../base/index';
import { formatTable } from '../output';
import type { Output } from '../output';

interface ParityOptions {
  readonly device?: string;
}

export function addParityCommand(program: Command, output: Output): void {
  program
    .command('parity')
    .description(
      'compare VeLO with recorded numbers, stage by stage; exit code 1 beyond a tolerance',
    )
    .argument('<file...>', 'recordings, velo-vectors-1')
    .option('--device <name>', 'what computes', 'auto')
    .option('--json', 'one JSON object per file and implementation')
    .action((files: string[], options: ParityOptions) => checkParity(files, options, output));
}

interface Replayed {
  readonly implementation: string;
  readonly report: ParityReport;
}

async function checkParity(
  files: readonly string[],
  { device = 'auto' }: ParityOptions,
  output: Output,
): Promise<void> {
  const name = deviceName(device);
  const recordings = files.map((file) => {
    const text = onDisk('read', file, () => readFileSync(file, 'utf8'));
    return { file, vectors: parseVeloVectors(text, file) };
  });
  const engine = await import('../../engine/index');
  const picked = await engine.pickDevice(name);
  output.print(`device ${picked.why}`);
  for (const { file, vectors } of recordings) {
    const replays = [
      {
        implementation: `reference, tfjs ${picked.device.backend}`,
        factory: engine.referenceReplay,
      },
      ...(picked.device.kernels === undefined
        ? []
        : [
            {
              implementation: `kernels, ${picked.device.label}`,
              factory: engine.fusedReplay(picked.device.kernels),
            },
          ]),
    ];
    const results = replays.map(({ implementation, factory }) => ({
      implementation,
      report: engine.replayVectors(vectors, factory, file),
    }));
    for (const { implementation, report } of results) {
      output.emit({ type: 'parity', file, implementation, ...report });
    }
    output.print(`\n${pc.bold(file)}`);
    output.print(formatResults(results));
    if (results.some(({ report }) => !report.pass)) process.exitCode = 1;
  }
}

function deviceName(text: string): DeviceName {
  const name = DEVICE_NAMES.find((known) => known === text);
  if (name !== undefined) return name;
  const known = DEVICE_NAMES.join(', ');
  const guess = didYouMean(text, DEVICE_NAMES);
  throw new UserError('usage', `--device must be one of ${known}, got "${text}"${guess}`);
}

function formatResults(results: readonly Replayed[]): string {
  const rows = results.flatMap(({ implementation, report }) =>
    report.stages.map((stage, index) => [
      index === 0 ? `${implementation}, ${report.steps} steps` : '',
      ...stageCells(stage),
    ]),
  );
  return formatTable(
    [
      ['implementation', 'left'],
      ['stage', 'left'],
      ['numbers', 'right'],
      ['largest difference', 'right'],
      ['tolerance', 'right'],
      ['', 'left'],
      ['where', 'left'],
    ],
    rows,
  );
}

function stageCells({ stage, compared, worst, pass }: StageReport): string[] {
  return [
    stage,
    String(compared),
    worst.difference.toExponential(2),
    worst.tolerance.toExponential(2),
    pass ? pc.green('ok') : pc.red('BEYOND'),
    `step ${worst.step}, ${worst.tensor}[${worst.index}]`,
  ];
}
