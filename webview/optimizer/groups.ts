/** How the arrays of a theta are ordered and explained to a reader. */
import type { OptimizerInspection, WeightGroup } from '../../src/protocol/live/index';

export interface GroupRow {
  readonly group: WeightGroup;
  /** Beside the name: what it is for. */
  readonly note: string;
  /** Whether no update reads it. */
  readonly isUnused: boolean;
}

/** First parts of names, in the order in which one update passes through them. */
const ORDER = ['lstm_init_state/', 'rnn_params/', 'ff_mod_stack/', 'orthogonal/'];
/** Widths of the first-layer blocks `w0__0` … `w0__13`: the groups of features that they take. */
const BLOCK_WIDTHS = [1, 1, 1, 3, 1, 3, 1, 3, 1, 3, 3, 3, 3, 3];

/** The rows of the table of weights. */
export function groupRows({ groups, featureNames }: OptimizerInspection): GroupRow[] {
  const place = ({ name }: WeightGroup) => {
    const index = ORDER.findIndex((prefix) => name.startsWith(prefix));
    return index < 0 ? ORDER.length : index;
  };
  const ordered = groups.map((group, i) => ({ group, i }));
  ordered.sort((a, b) => place(a.group) - place(b.group) || a.i - b.i);
  return ordered.map(({ group }) => ({
    group,
    note: noteOf(group.name, featureNames),
    isUnused: group.name.startsWith('rnn_params/linear/'),
  }));
}

const NOTES: Readonly<Record<string, string>> = {
  'rnn_params/linear': 'not used',
  'rnn_params/linear_1': 'inputs, max over tensors',
  'rnn_params/linear_2': 'inputs',
  'rnn_params/rnn/linear': 'gates of the LSTM',
  'rnn_params/rnn_to_controls': 'controls of the bank',
  'rnn_params/step_size': 'step multiplier',
  'orthogonal/matrix/feature': 'features of matrices',
  'orthogonal/matrix/mix': 'directions of orthogonal steps',
  'orthogonal/matrix/gate': "sizes of VeLO's, orthogonal and Adam's steps",
  'orthogonal/vector/feature': 'features of vectors',
  'orthogonal/vector/mix': 'directions of normalised steps',
  'orthogonal/vector/gate': "sizes of VeLO's, normalised and Adam's steps",
};

function noteOf(name: string, featureNames: readonly string[]): string {
  const block = /\/w0__(\d+)$/.exec(name);
  if (block !== null) return featuresOfBlock(Number(block[1]), featureNames);
  return NOTES[name.slice(0, name.lastIndexOf('/'))] ?? '';
}

/** `m 0.9, 0.99, 0.999` */
function featuresOfBlock(block: number, featureNames: readonly string[]): string {
  const start = BLOCK_WIDTHS.slice(0, block).reduce((sum, width) => sum + width, 0);
  const names = featureNames.slice(start, start + (BLOCK_WIDTHS[block] ?? 0));
  const [first = '', ...others] = names;
  return [first, ...others.map((name) => name.slice(name.lastIndexOf(' ') + 1))].join(', ');
}

/** Heights of a histogram's bars as one SVG path, over `width` × `height` pixels from the bottom. */
export function histogramPath(counts: ArrayLike<number>, width: number, height: number): string {
  const largest = Math.max(1, ...Array.from(counts));
  const step = width / counts.length;
  return Array.from(counts, (count, i) => {
    if (count === 0) return '';
    const tall = Math.max(1, (count / largest) * height);
    const left = (i * step).toFixed(1);
    return `M${left} ${height}v${(-tall).toFixed(1)}h${(step * 0.75).toFixed(1)}v${tall.toFixed(1)}z`;
  }).join('');
}
