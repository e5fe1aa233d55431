/** What comes between the gradient of a batch and the update: L2 penalty, sums over batches. */
import type { NamedFloats } from '../../../base/index';
import type { Arena } from '../../compute/kernelRuntime';
import type { Plan } from '../../compute/plan/plan';
import type { ResolvedSessionOptions } from '../session';
import type { Linker, Program } from './linker';
import { floatsAt, spanOf } from '../../compute/plan/planRun';
import type { Span } from '../../compute/span';
import type { Stage } from '../../compute/stages';
import { placesOf } from './linker';
import { accumulationGraph } from './stepGraphs';

export interface PlannedAccumulation {
  /** @param place  of the batch among those of its update, from 0 */
  program(place: number): Program | undefined;
  /** Of the only batch of an update. */
  readonly stages: readonly Stage[];
  /** Live views of `grads/…` and `loss`; empty without accumulation. */
  sums(arena: Arena): NamedFloats;
  /** Where they are. */
  readonly kept: readonly Span[];
}

const PREFIX = 'sums/';

const NOTHING: PlannedAccumulation = {
  program: () => undefined,
  stages: [],
  sums: () => ({}),
  kept: [],
};

/** The plans for the first, the middle and the last batch of an update; none where nothing has to be done. */
export function planAccumulation(
  linker: Linker,
  { task, accumulate, weightDecay }: ResolvedSessionOptions,
  gradient: Plan,
): PlannedAccumulation {
  if (accumulate === 1 && weightDecay === 0) return NOTHING;
  const names = [...task.params.map(({ name }) => `grads/${name}`), 'loss'];
  const replaced = names.flatMap((name) => [name, PREFIX + name]).map((name) => [name, name]);
  const options = { replaces: Object.fromEntries(replaced) as Record<string, string> };
  let inputPlaces = { ...placesOf(gradient.inputs), ...placesOf(gradient.outputs) };
  let sums: Plan['outputs'] = {};
  const kindOf = (place: number): string =>
    place === accumulate - 1 ? 'last' : place === 0 ? 'first' : 'middle';
  const programs = new Map<string, Program>();
  let stages: readonly Stage[] = [];
  for (const place of [0, 1, accumulate - 1]) {
    if (place >= accumulate || programs.has(kindOf(place))) continue;
    const isLast = place === accumulate - 1;
    const graph = accumulationGraph(task.params, weightDecay, {
      isFirst: place === 0,
      isLast,
      count: accumulate,
    });
    const { plan, program, stages: own } = linker.add(graph, { ...options, inputPlaces });
    programs.set(kindOf(place), program);
    stages = own;
    if (place > 0 || isLast) continue;
    sums = plan.outputs;
    inputPlaces = { ...inputPlaces, ...placesOf(sums) };
  }
  return {
    program: (place) => programs.get(kindOf(place)),
    stages,
    sums: (arena) => views(arena, sums),
    kept: Object.values(sums).map(spanOf),
  };
}

function views(arena: Arena, sums: Plan['outputs']): NamedFloats {
  return Object.fromEntries(
    Object.entries(sums).map(([name, array]) => [
      name.slice(PREFIX.length),
      { shape: array.shape, data: floatsAt(arena, array) },
    ]),
  );
}
