/** Labelled tables from the disk: the bundled ones, checked against their manifest, and a person's own CSV file. */
import { CsvError, parse } from 'csv-parse/sync';
import { UserError } from '../base/index';
import { tabularDatasetFrom } from '../core/index';
import type { TabularDataset } from '../core/index';
import type { BundledTableName } from '../protocol/index';
import { readBundled } from './datasets';
import type { FileBytes } from './data/files';
import { loadCached, readOwn } from './data/named';
import type { LoadOptions } from './datasets';

interface BundledTable {
  readonly name: BundledTableName;
  readonly file: string;
  /** Lines before the rows: how many rows and numbers there are, and the names of the classes. */
  readonly headerLines: 0 | 1;
  readonly label: 'first' | 'last';
}

/** Their rows are as they were published. */
const BUNDLED_TABLES: readonly BundledTable[] = [
  { name: 'letter', file: 'letter-recognition', headerLines: 0, label: 'first' },
  { name: 'iris', file: 'iris', headerLines: 1, label: 'last' },
  { name: 'wine', file: 'wine_data', headerLines: 1, label: 'last' },
  { name: 'breast-cancer', file: 'breast_cancer', headerLines: 1, label: 'last' },
];

/**
 * Loads a table.
 * @param name  a bundled table, one of the cache, or the path of a CSV file (`.gz` or not) whose last column is the label; a first line
 *   without any number is taken for its header
 * @throws UserError('data') naming the file, the row, what was expected and what was found
 */
export async function loadTable(name: string, { dataDir }: LoadOptions): Promise<TabularDataset> {
  const bundled = BUNDLED_TABLES.find((entry) => entry.name === name);
  if (bundled === undefined) return (await cachedTable(name)) ?? ownTable(name);
  const { file, headerLines, label } = bundled;
  const records = parseRecords(await readBundled(dataDir, `tabular/${file}.csv.gz`));
  return tableFrom(name, records.slice(headerLines), label);
}

async function cachedTable(name: string): Promise<TabularDataset | undefined> {
  const content = await loadCached(name, 'table');
  if (content === undefined) return undefined;
  const { classes, columns, features: values, labels } = content;
  return { name, classes, features: columns.length, values, labels };
}

async function ownTable(path: string): Promise<TabularDataset> {
  const records = parseRecords(
    await readOwn(path, { kind: 'table', path: 'the path of a CSV file' }),
  );
  const [first] = records;
  const hasHeader = first !== undefined && !first.some(isNumber);
  return tableFrom(path, hasHeader ? records.slice(1) : records, 'last');
}

function tableFrom(
  name: string,
  records: readonly (readonly string[])[],
  label: 'first' | 'last',
): TabularDataset {
  if (records.length === 0) {
    throw new UserError('data', `${name} has no rows, expected numbers and a label in each`);
  }
  const at = label === 'first' ? 0 : -1;
  const rows = records.map((record) =>
    (label === 'first' ? record.slice(1) : record.slice(0, -1)).map(toNumber),
  );
  return tabularDatasetFrom(
    name,
    rows,
    records.map((record) => record.at(at) ?? ''),
  );
}

/** NaN for what is no number, an empty cell included. */
function toNumber(cell: string): number {
  return isNumber(cell) ? Number(cell) : NaN;
}

function isNumber(cell: string): boolean {
  return cell !== '' && Number.isFinite(Number(cell));
}

function parseRecords({ file, bytes }: FileBytes): string[][] {
  try {
    return parse(Buffer.from(bytes), {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new UserError('data', `${file} is not a CSV file: ${cause.message}`, { cause });
  }
}
