/** Between data in memory and the arrays that the cache keeps of it. */
import { invariant } from '../../base/index';
import type { ImageSet, Labels } from '../../core/index';
import type { CachedArray, DataCard } from './card';
import type { DataContent, ImageContent, TableContent, TextContent } from './content';

export interface PackedArray {
  readonly dtype: CachedArray['dtype'];
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What the card says about the data itself. */
type Facts = Pick<DataCard, 'kind' | 'samples'> &
  Partial<Pick<DataCard, 'classes' | 'classNames' | 'columns' | 'preview'>>;

export interface Packed {
  readonly facts: Facts;
  readonly arrays: Readonly<Record<string, PackedArray>>;
}

export function packContent(content: DataContent): Packed {
  switch (content.kind) {
    case 'images':
      return packImages(content);
    case 'text':
      return packText(content);
    case 'table':
      return packTable(content);
  }
}

function packImages({ classes, classNames, train, test }: ImageContent): Packed {
  return {
    facts: {
      kind: 'images',
      samples: { train: train.count, ...(test === undefined ? {} : { test: test.count }) },
      ...classFacts(classes, classNames),
    },
    arrays: {
      ...packSet('train', train),
      ...(test === undefined ? {} : packSet('test', test)),
    },
  };
}

function classFacts(classes: number, classNames: readonly string[] | undefined) {
  return classNames === undefined ? { classes } : { classes, classNames: [...classNames] };
}

function packSet(prefix: string, set: ImageSet): Record<string, PackedArray> {
  const { count, height, width, channels, pixels, labels } = set;
  return {
    [`${prefix}-images`]: { dtype: 'u8', shape: [count, height, width, channels], bytes: pixels },
    [`${prefix}-labels`]: packLabels(labels),
  };
}

/** Characters of a text that its card shows. */
const PREVIEW = 400;
/** Rows of a table that its card shows. */
const PREVIEW_ROWS = 3;

function packText({ bytes, fileStarts }: TextContent): Packed {
  const preview = new TextDecoder().decode(bytes.subarray(0, 4 * PREVIEW)).slice(0, PREVIEW);
  return {
    facts: { kind: 'text', samples: { train: bytes.length }, preview },
    arrays: {
      text: { dtype: 'u8', shape: [bytes.length], bytes },
      'file-starts': { dtype: 'u32', shape: [fileStarts.length], bytes: bytesOf(fileStarts) },
    },
  };
}

function packTable({ classes, classNames, columns, features, labels }: TableContent): Packed {
  const width = columns.length;
  const rows = Array.from({ length: Math.min(PREVIEW_ROWS, labels.length) }, (_, row) =>
    [...features.subarray(row * width, (row + 1) * width), labels[row]].join(' '),
  );
  return {
    facts: {
      kind: 'table',
      samples: { train: labels.length },
      ...classFacts(classes, classNames),
      columns: [...columns],
      preview: rows.join('\n'),
    },
    arrays: {
      features: { dtype: 'f32', shape: [labels.length, width], bytes: bytesOf(features) },
      labels: packLabels(labels),
    },
  };
}

function packLabels(labels: Labels): PackedArray {
  const dtype = labels instanceof Uint8Array ? 'u8' : 'u16';
  return { dtype, shape: [labels.length], bytes: bytesOf(labels) };
}

function bytesOf(values: Float32Array | Uint32Array | Labels): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** The data of a card. @param arrays  bytes by key, of the sizes that the card says */
export function contentFrom(
  card: DataCard,
  arrays: Readonly<Record<string, Uint8Array>>,
): DataContent {
  const classNames = card.classNames === undefined ? {} : { classNames: card.classNames };
  const bytes = (key: string): Uint8Array => {
    const found = arrays[key];
    invariant(found !== undefined, `the card of ${card.name} has no array ${key}`);
    return found;
  };
  const labelsOf = (key: string): Labels =>
    card.arrays[key]?.dtype === 'u16' ? new Uint16Array(aligned(bytes(key))) : bytes(key);
  switch (card.kind) {
    case 'images': {
      const set = (prefix: string): ImageSet => {
        const [count = 0, height = 0, width = 0, channels = 1] =
          card.arrays[`${prefix}-images`]?.shape ?? [];
        const labels = labelsOf(`${prefix}-labels`);
        return { count, height, width, channels, pixels: bytes(`${prefix}-images`), labels };
      };
      const test = card.samples.test === undefined ? {} : { test: set('test') };
      return {
        kind: 'images',
        classes: card.classes ?? 0,
        ...classNames,
        train: set('train'),
        ...test,
      };
    }
    case 'text':
      return {
        kind: 'text',
        bytes: bytes('text'),
        fileStarts: new Uint32Array(aligned(bytes('file-starts'))),
      };
    case 'table':
      return {
        kind: 'table',
        classes: card.classes ?? 0,
        ...classNames,
        columns: card.columns ?? [],
        features: new Float32Array(aligned(bytes('features'))),
        labels: labelsOf('labels'),
      };
  }
}

/** A copy in memory of its own, since a small file lies anywhere in a shared pool. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
