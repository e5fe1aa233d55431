/** A task's data on its card: a strip of images, a few lines of text or of a table, a function. */
import type { TaskSampleEntry } from '../../../src/protocol/live/index';
import { Canvas } from '../../shared/canvas';
import { Skeleton } from '../../shared/components';
import { num } from '../../shared/format';
import { px } from '../../shared/px';
import { drawPlane, drawSpectrum } from '../figures/functions';
import { drawSheet, layoutHeight, stripLayout } from '../figures/images';
import type { WhyNot } from '../model';
import { Tokens } from './Tokens';

export interface PictureProps {
  /** Undefined until it has come. */
  readonly sample: TaskSampleEntry | WhyNot | undefined;
  /** Pixels. */
  readonly width: number;
}

/** Decoration: the same is said in words in the detail. */
export function Picture({ sample, width }: PictureProps) {
  const layout = stripLayout(width);
  const height = layoutHeight(layout);
  return (
    <span class="card-picture" aria-hidden="true" style={{ height: px(height) }}>
      <Content {...{ sample, width, height }} />
    </span>
  );
}

function Content({ sample, width, height }: PictureProps & { readonly height: number }) {
  if (sample === undefined) return <Skeleton height={height} />;
  if ('problem' in sample) return <span class="card-problem dim small">no picture</span>;
  switch (sample.kind) {
    case 'images': {
      const layout = stripLayout(width);
      return (
        <Canvas
          {...{ width, height }}
          urgent={[sample, width]}
          draw={(context) => {
            drawSheet(context, sample, layout);
          }}
        />
      );
    }
    case 'plane':
      return (
        <Canvas
          {...{ width, height }}
          urgent={[sample]}
          draw={(context, size) => {
            drawPlane(context, sample, size);
          }}
        />
      );
    case 'spectrum':
      return (
        <Canvas
          {...{ width, height }}
          urgent={[sample]}
          draw={(context, size) => {
            drawSpectrum(context, sample, { ...size, hasAxis: false });
          }}
        />
      );
    case 'text':
      return (
        <span class="card-text">
          <Tokens tokens={sample.documents.flat()} />
        </span>
      );
    case 'table':
      return <Rows {...{ sample, height }} />;
  }
}

/** Columns of a table that a card has room for. */
const COLUMNS = 4;

/** Pixels of a row, and above the first one; also in style.css. */
const ROW = 17;
const ABOVE = 6;

interface RowsProps {
  readonly sample: Extract<TaskSampleEntry, { kind: 'table' }>;
  readonly height: number;
}

function Rows({ sample, height }: RowsProps) {
  const { labels, values, columns } = sample;
  const rows = Math.floor((height - ABOVE) / ROW);
  const shown = Math.min(columns.length, COLUMNS);
  return (
    <span class="card-rows" style={{ gridTemplateColumns: `repeat(${shown}, auto) 1fr` }}>
      {labels.slice(0, rows).flatMap((label, row) => [
        ...Array.from({ length: shown }, (_, column) => (
          <span key={`${row} ${column}`}>{num(values[row * columns.length + column])}</span>
        )),
        <span key={row} class="card-label">
          {label}
        </span>,
      ])}
    </span>
  );
}
