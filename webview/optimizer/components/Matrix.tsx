/** The chosen array as a heat-map: blue below zero, orange above. The pointer or the arrow keys read a cell. */
import { useRef, useState } from 'preact/hooks';
import type { WeightMatrix } from '../../../src/protocol/live/index';
import { Canvas } from '../../shared/canvas';
import { ColorBar, LoadingText, Section } from '../../shared/components';
import { num } from '../../shared/format';
import { useSize } from '../../shared/useSize';
import { sectionState } from '../editor';
import type { Editor } from '../editor';
import { matrixTable } from '../exports';
import { cellAfterKey, describeCell, limitName } from '../matrixCells';
import type { Cell } from '../matrixCells';
import { drawMatrix, frameOf } from '../paintMatrix';
import type { MatrixFrame } from '../paintMatrix';
import { px } from '../../shared/px';

export interface MatrixProps {
  readonly editor: Editor;
  /** Name of the chosen array. */
  readonly chosen: string;
}

export function Matrix({ editor, chosen }: MatrixProps) {
  const { inspection, model, narrow } = editor;
  const room = useRef<HTMLDivElement>(null);
  const matrix = model.matrix?.name === chosen ? model.matrix : undefined;
  const table = matrix && { table: () => matrixTable(inspection, matrix) };
  return (
    <Section
      title="Matrix"
      unit={matrix && `${chosen}, ${matrix.rows}×${matrix.columns}`}
      {...table}
      {...sectionState(editor, 'matrix')}
    >
      <div ref={room} class="matrix-room">
        {matrix === undefined ? (
          <LoadingText>Reading {chosen}</LoadingText>
        ) : (
          <MatrixChart key={chosen} matrix={matrix} narrow={narrow} />
        )}
      </div>
    </Section>
  );
}

function MatrixChart({
  matrix,
  narrow,
}: {
  readonly matrix: WeightMatrix;
  readonly narrow: boolean;
}) {
  const room = useRef<HTMLDivElement>(null);
  const { width } = useSize(room);
  const [focused, setFocused] = useState<Cell>({ row: 0, column: 0 });
  const [hovered, setHovered] = useState<Cell>();
  const [isFocused, setIsFocused] = useState(false);
  const cell = hovered ?? focused;
  const frame = frameOf(matrix, width, narrow);
  return (
    <div ref={room}>
      <div
        class="matrix"
        role="slider"
        tabIndex={0}
        aria-label={`${matrix.name}, ${matrix.rows} rows, ${matrix.columns} columns`}
        aria-valuemin={0}
        aria-valuemax={Math.max(1, matrix.values.length - 1)}
        aria-valuenow={focused.row * matrix.columns + focused.column}
        aria-valuetext={describeCell(matrix, focused)}
        style={{ height: px(frame.height) }}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const next = cellAfterKey(event.key, focused, matrix, event.shiftKey ? 10 : 1);
          if (next === undefined) return;
          event.preventDefault();
          setHovered(undefined);
          setFocused(next);
        }}
        onFocus={() => {
          setIsFocused(true);
        }}
        onBlur={() => {
          setIsFocused(false);
        }}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setHovered(cellAt(frame, matrix, event.clientX - box.left, event.clientY - box.top));
        }}
        onPointerLeave={() => {
          setHovered(undefined);
        }}
        onClick={() => {
          if (hovered !== undefined) setFocused(hovered);
        }}
      >
        {width > 0 && (
          <Canvas
            width={width}
            height={frame.height}
            draw={(context) => {
              drawMatrix(context, matrix, frame);
            }}
            urgent={[matrix, width, narrow]}
          />
        )}
        {(hovered !== undefined || isFocused) && (
          <CellMark frame={frame} matrix={matrix} cell={cell} />
        )}
      </div>
      <div class="matrix-foot">
        <ColorBar
          token="--velo-div"
          from={num(-matrix.limit, 2)}
          to={`${num(matrix.limit, 2)} (${limitName(matrix)})`}
          width={narrow ? 72 : 120}
        />
        <span class="spring" />
        <span class="cell-text">{describeCell(matrix, cell)}</span>
      </div>
    </div>
  );
}

function cellAt(
  { left, top, right, bottom }: MatrixFrame,
  { rows, columns }: WeightMatrix,
  x: number,
  y: number,
): Cell | undefined {
  const column = Math.floor(((x - left) / (right - left)) * columns);
  const row = Math.floor(((y - top) / (bottom - top)) * rows);
  const isInside = row >= 0 && row < rows && column >= 0 && column < columns;
  return isInside ? { row, column } : undefined;
}

/** At least this large, so that a cell of less than a pixel can be found. */
const LEAST_MARK = 6;

function CellMark({
  frame,
  matrix,
  cell,
}: {
  readonly frame: MatrixFrame;
  readonly matrix: WeightMatrix;
  readonly cell: Cell;
}) {
  const wide = (frame.right - frame.left) / matrix.columns;
  const tall = (frame.bottom - frame.top) / matrix.rows;
  const [width, height] = [Math.max(LEAST_MARK, wide), Math.max(LEAST_MARK, tall)];
  return (
    <span
      class="cell-mark"
      style={{
        left: px(frame.left + (cell.column + 0.5) * wide - width / 2),
        top: px(frame.top + (cell.row + 0.5) * tall - height / 2),
        width: px(width),
        height: px(height),
      }}
    />
  );
}
