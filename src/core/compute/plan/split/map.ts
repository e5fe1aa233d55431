/**
 * Maps along an axis of their loop that no output folds. What is folded is added up in the order in which the kernel
 * goes through the other axes, so these have to be the same ones in a part.
 */
import { collapsedMap, mapProgram } from '../mapProgram';
import type { MapProgram } from '../mapProgram';
import type { MapNode } from '../nodes';
import { withViews } from '../nodes';
import { sliceView } from '../view';
import { evenestCut } from './cut';
import type { Candidate, Range } from './cut';

/** Words of a cache line, so that two parts seldom write to the same one. */
const LINE = 16;
/** MAP_BLOCK in map.c. With more columns than that their number does not matter to the order of sums over rows. */
const BLOCK = 256;

export function splitMap(node: MapNode, parts: number): MapNode[] | undefined {
  const whole = collapsedMap(node);
  const program = mapProgram(whole);
  const cut = evenestCut(candidatesOf(program), parts);
  if (cut === undefined) return undefined;
  const made = cut.ranges.map((range) => partOf(whole, cut.axis, range));
  return made.every((part) => goesAlike(mapProgram(part), program, cut.axis)) ? made : undefined;
}

function candidatesOf({ dims, outputs }: MapProgram): Candidate[] {
  const last = dims.length - 1;
  const foldsRows = outputs.some(({ strides }) => last > 0 && strides[last - 1] === 0);
  return dims.flatMap((size, axis): Candidate[] => {
    if (outputs.some(({ strides }) => strides[axis] === 0)) return [];
    // A single one would be no axis any more.
    if (axis < last) return [{ axis, size, unit: 1, least: 2 }];
    return [{ axis, size, unit: LINE, least: foldsRows ? BLOCK + 1 : 2 }];
  });
}

function partOf(whole: MapNode, axis: number, { start, count }: Range): MapNode {
  const begin = whole.shape.map((_, i) => (i === axis ? start : 0));
  const size = whole.shape.map((side, i) => (i === axis ? count : side));
  return withViews(whole, (view) => sliceView(view, begin, size));
}

/** Whether the loop of a part is that of the whole but for the length of an axis. */
function goesAlike(part: MapProgram, whole: MapProgram, cut: number): boolean {
  const arrays = ({ inputs, outputs }: MapProgram) => [...inputs, ...outputs];
  const others = arrays(whole);
  return (
    part.dims.length === whole.dims.length &&
    part.dims.every((side, axis) => axis === cut || side === whole.dims[axis]) &&
    arrays(part).every(({ strides }, i) =>
      strides.every((stride, axis) => stride === others[i]!.strides[axis]),
    )
  );
}
