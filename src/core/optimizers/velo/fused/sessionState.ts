/** The state of a fused session under its names: which arrays there are, where they lie, export and import. */
import type { FloatArray, NamedFloats, TensorSpec } from '../../../../base/index';
import { UserError, formatShape, sameShape, sizeOf } from '../../../../base/index';
import type { Arena } from '../../../compute/kernelRuntime';
import { accumulatorSpecs } from '../accumulators';
import { veloStateSpecs } from '../state';
import type { ArenaLayout, TensorPlaces } from './arenaLayout';
import type { LstmPlaces } from './lstmLayout';
import type { Fold } from './tensorLayout';
import { permute } from './tensorLayout';

/** One array of the state. */
export interface StateArray extends TensorSpec {
  readonly offset: number;
  readonly fold: Fold;
}

/** Every array of the state, with the names and shapes of the readable optimizer. */
export function stateArrays(
  params: readonly TensorSpec[],
  { tensors, lstm }: ArenaLayout,
): StateArray[] {
  const places = new Map<string, { offset: number; fold?: Fold }>([
    ...(lstm === undefined ? [] : recurrentArrays(lstm)),
    ...tensors.flatMap(tensorArrays),
  ]);
  const specs =
    lstm === undefined
      ? params.flatMap(accumulatorSpecs)
      : veloStateSpecs(params, lstm.design.hidden, lstm.rows);
  return specs.map(({ name, shape }) => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`no place for the state "${name}"`);
    return { name, shape, offset: place.offset, fold: place.fold ?? [1, 1, 1, sizeOf(shape), 1] };
  });
}

function recurrentArrays({ hidden, cell, loss }: LstmPlaces): [string, { offset: number }][] {
  return [
    ['lstm/hidden', { offset: hidden }],
    ['lstm/cell', { offset: cell }],
    ['loss/means', { offset: loss.means }],
    ['loss/runningMin', { offset: loss.minima }],
  ];
}

function tensorArrays(places: TensorPlaces): [string, { offset: number; fold: Fold }][] {
  const { name, layout } = places;
  const { kind, fold } = layout;
  const planes = (label: string, offset: number, stride: number, own: Fold) =>
    [0, 1, 2].map((k): [string, { offset: number; fold: Fold }] => [
      `${label}/${k}/${name}`,
      { offset: offset + k * stride, fold: own },
    ]);
  const [rowLabel, colLabel] = kind === 'rowsLead' ? ['rows', 'cols'] : ['cols', 'rows'];
  const foldOf = (label: string): Fold => (label === 'rows' ? layout.rowsFold : layout.colsFold);
  return [
    ...planes('momentum', places.momentum, places.momentumStride, fold),
    [`secondMoment/${name}`, { offset: places.secondMoment, fold }],
    ...(kind === 'diagonal'
      ? planes('diagonal', places.colMeans, places.colStride, fold)
      : [
          ...planes(rowLabel, places.rowMeans, places.rowStride, foldOf(rowLabel)),
          ...planes(colLabel, places.colMeans, places.colStride, foldOf(colLabel)),
        ]),
  ];
}

/** Copies of the state in the arrays' own order. */
export function exportState(arena: Arena, arrays: readonly StateArray[]): NamedFloats {
  return Object.fromEntries(
    arrays.map(({ name, shape, offset, fold }): [string, FloatArray] => {
      const data = new Float32Array(sizeOf(shape));
      permute(fold, arena.f32.subarray(offset, offset + data.length), data, false);
      return [name, { shape, data }];
    }),
  );
}

/** @throws UserError('checkpoint') on a missing name or another shape, before anything is written */
export function importState(arena: Arena, arrays: readonly StateArray[], state: NamedFloats): void {
  const found = arrays.map((array) => ({ array, data: checkedArray(array, state).data }));
  for (const { array, data } of found)
    permute(array.fold, data, arena.f32.subarray(array.offset, array.offset + data.length), true);
}

function checkedArray({ name, shape }: StateArray, state: NamedFloats): FloatArray {
  const found = Object.hasOwn(state, name) ? state[name] : undefined;
  if (found === undefined)
    throw new UserError('checkpoint', `the optimizer's state has no array "${name}"`);
  if (sameShape(found.shape, shape) && found.data.length === sizeOf(shape)) return found;
  throw new UserError(
    'checkpoint',
    `the optimizer's state "${name}" must have shape ${formatShape(shape)}, got ${formatShape(found.shape)}`,
  );
}
