/** A task's data in the detail, large enough to be read. */
import { useRef } from 'preact/hooks';
import type { TaskSampleEntry } from '../../../src/protocol/live/index';
import { Canvas } from '../../shared/canvas';
import { LoadingText, Skeleton } from '../../shared/components';
import { num } from '../../shared/format';
import { useSize } from '../../shared/useSize';
import { drawPlane, drawSpectrum } from '../figures/functions';
import { drawImage } from '../figures/images';
import type { ImagesSample } from '../figures/images';
import type { WhyNot } from '../model';
import { sampleText } from '../words';
import { Tokens } from './Tokens';

export interface SampleProps {
  /** Undefined until it has come. */
  readonly sample: TaskSampleEntry | WhyNot | undefined;
}

export function Sample({ sample }: SampleProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  return (
    <div class="sample" ref={box}>
      {sample === undefined ? (
        <div aria-busy="true">
          <Skeleton height={160} />
          <LoadingText>Reading the data</LoadingText>
        </div>
      ) : 'problem' in sample ? (
        <p class="warn-text">{sample.problem}</p>
      ) : (
        <>
          {width > 0 && <Shown {...{ sample, width }} />}
          <p class="dim small sample-words">{sampleText(sample)}</p>
        </>
      )}
    </div>
  );
}

interface ShownProps {
  readonly sample: TaskSampleEntry;
  readonly width: number;
}

function Shown({ sample, width }: ShownProps) {
  switch (sample.kind) {
    case 'images':
      return <Sheet {...{ sample, width }} />;
    case 'text':
      return (
        <ol class="documents">
          {sample.documents.map((tokens, i) => (
            <li key={i}>
              <Tokens tokens={tokens} />
            </li>
          ))}
        </ol>
      );
    case 'table':
      return <Table {...{ sample }} />;
    case 'plane':
      return (
        <Canvas
          {...{ width }}
          height={Math.round(width * 0.62)}
          label={sampleText(sample)}
          urgent={[sample]}
          draw={(context, size) => {
            drawPlane(context, sample, size);
          }}
        />
      );
    case 'spectrum':
      return (
        <Canvas
          {...{ width }}
          height={160}
          label={sampleText(sample)}
          urgent={[sample]}
          draw={(context, size) => {
            drawSpectrum(context, sample, { ...size, hasAxis: true });
          }}
        />
      );
  }
}

const SHEET_GAP = 8;

function Sheet({ sample, width }: { readonly sample: ImagesSample; readonly width: number }) {
  const columns = width >= 560 ? 8 : 4;
  const cell = Math.floor((width - SHEET_GAP * (columns - 1)) / columns);
  return (
    <ul class="sheet" style={{ gridTemplateColumns: `repeat(${columns}, ${cell}px)` }}>
      {sample.labels.map((label, index) => (
        <li key={index} title={label}>
          <Canvas
            width={cell}
            height={cell}
            urgent={[sample, index]}
            draw={(context) => {
              drawImage(context, sample, { index, x: 0, y: 0, cell });
            }}
          />
          <span class="ellipsis">{label}</span>
        </li>
      ))}
    </ul>
  );
}

function Table({ sample }: { readonly sample: Extract<TaskSampleEntry, { kind: 'table' }> }) {
  const { columns, labels, values } = sample;
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label="Rows of the table">
      <table class="table sample-table">
        <thead>
          <tr>
            <th scope="col" class="left">
              class
            </th>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, row) => (
            <tr key={row}>
              <th scope="row" class="left">
                {label}
              </th>
              {columns.map((name, column) => (
                <td key={name}>{num(values[row * columns.length + column], 4)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
