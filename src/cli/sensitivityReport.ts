/** `velo metatrain --sensitivity`: its progress, its table, and what to write into a config. */
import pc from 'picocolors';
import type { SensitivityOptions } from '../engine/index';
import type { MetaSensitivity } from '../protocol/index';
import { metaPaths, writeMetaSensitivity } from '../storage/index';
import { INTERRUPTED, withInterrupt } from './interrupt';
import { formatCount, formatTable } from './output';
import type { Output } from './output';

/** @throws UserError, as `measureSensitivity` */
export async function tellSensitivity(output: Output, options: SensitivityOptions): Promise<void> {
  const { measureSensitivity } = await import('../engine/index');
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (): void => {
    controller.abort();
  };
  const work = (): Promise<MetaSensitivity | undefined> =>
    measureSensitivity({
      ...options,
      signal,
      onPart: (part) => {
        output.emit({ type: 'part', ...part });
        if (output.isInteractive) output.note(`  ${part.done}/${part.parts}  ${part.name}`);
      },
      onEvent: (event) => {
        if (event.type === 'warning') output.warn(event.text);
      },
    }).catch((thrown: unknown) => {
      if (signal.aborted) return undefined;
      throw thrown;
    });
  const { result } = await withInterrupt(output, stop, work, 'Stopping');
  if (result === undefined) {
    process.exitCode = INTERRUPTED;
    return;
  }
  const { of } = options;
  if ('directory' in of) writeMetaSensitivity(metaPaths(of.directory).sensitivity, result);
  output.emit({ type: 'sensitivity', sensitivity: result });
  printSensitivity(output, result);
}

function printSensitivity(output: Output, sensitivity: MetaSensitivity): void {
  const { theta, sigma, problems, targetRise, scales } = sensitivity;
  output.print(
    `${theta}; noise of ${sigma} on ${problems} problems, ${formatCount(sensitivity.innerSteps)} inner steps\n`,
  );
  output.print(formatTable(COLUMNS, rowsOf(sensitivity)));
  output.print(
    `\nA rise of 0.01 is about 1 % more loss. Factors are such that no group alone costs more than ${targetRise},` +
      `\nand that its differences stand out from chaos.`,
  );
  const isFine = sensitivity.groups.every(({ factor }) => factor === 1);
  output.print(isFine ? '\nThe scales can stay.' : `\n"scales": ${inOneLine(scales)}`);
}

type Effect = Pick<
  MetaSensitivity['floor'],
  'rise' | 'riseError' | 'differenceRms' | 'differenceMedian' | 'diverged'
>;

const COLUMNS = [
  ['group', 'left'],
  ['numbers', 'right'],
  ['rise', 'right'],
  ['±', 'right'],
  ['rms of difference', 'right'],
  ['median', 'right'],
  ['diverged', 'right'],
  ['factor', 'right'],
  ['', 'left'],
] as const;

const VERDICTS = {
  good: '',
  loud: 'too loud',
  quiet: 'too quiet',
  lost: 'costs, and is not seen',
  idle: 'changes nothing',
} as const;

function rowsOf({ groups, all, floor }: MetaSensitivity): string[][] {
  return [
    ...groups.map((group) => [
      group.name,
      formatCount(group.size),
      ...effectCells(group),
      group.factor === 1 ? '' : `x ${group.factor}`,
      pc.yellow(VERDICTS[group.verdict]),
    ]),
    ['all groups', '', ...effectCells(all), '', ''],
    ['chaos alone', '', ...effectCells(floor), '', ''],
  ];
}

function effectCells(effect: Effect): string[] {
  const { rise, riseError, differenceRms, differenceMedian, diverged } = effect;
  return [
    (rise < 0 ? '' : '+') + rise.toFixed(4),
    riseError.toFixed(4),
    differenceRms.toFixed(4),
    differenceMedian.toFixed(4),
    diverged === 0 ? '' : `${(100 * diverged).toFixed(1)} %`,
  ];
}

/** As people write it: `{ "LSTM": 0.5 }`. */
function inOneLine(scales: MetaSensitivity['scales']): string {
  const fields = Object.entries(scales).map(([name, value]) => `${JSON.stringify(name)}: ${value}`);
  return `{ ${fields.join(', ')} }`;
}
