/**
 * A plan: a captured computation brought down to few kernel calls over one arena. It names no op codes yet, so the same
 * plan serves every set of kernels; `assemble` writes it out for one.
 */
import type { Graph } from '../capture/graph';
import { accumulateProducts } from './accumulate';
import { fuseEpilogues } from './epilogue';
import { padded, placeBuffers } from './arena';
import { joinCrossEntropies } from './crossEntropy/crossEntropy';
import { fuseMaps } from './fuse';
import { lowerGraph } from './lower';
import { NodeGraph } from './nodeGraph';
import type { PlanBuffer, PlanNode } from './nodes';
import { writesOf } from './nodes';
import type { OutputPlaces } from './outputs';
import { copyWhereUnsafe, inputBuffers, placeOutputs } from './outputs';
import { pruneNodes, splitSetup } from './prune';
import { redirectNumbers } from './redirect';
import type { BufferId } from './view';
import { workspaceWords } from './workspace';

export interface PlanOptions {
  /** Outputs that take the place of an input of the same shape: name of the output → name of the input. */
  readonly replaces?: Readonly<Record<string, string>>;
  /** Arena words of inputs that lie somewhere already, by name. */
  readonly inputPlaces?: Readonly<Record<string, number>>;
  readonly outputPlaces?: Readonly<Record<string, number>>;
  /** First arena word that is the plan's own; default 0. */
  readonly start?: number;
}

/** An array at its place in the arena. */
export interface PlanArray {
  readonly place: number;
  readonly shape: readonly number[];
}

export interface Plan {
  readonly buffers: readonly PlanBuffer[];
  /** Run once, after the constants are written. */
  readonly setup: readonly PlanNode[];
  /** What each run does. */
  readonly step: readonly PlanNode[];
  /** Word of each buffer. */
  readonly places: readonly number[];
  /** End of what the plan needs of the arena. */
  readonly words: number;
  readonly inputs: Readonly<Record<string, PlanArray>>;
  readonly outputs: Readonly<Record<string, PlanArray>>;
  /** Four words: seed, purpose, step and member of the run's random numbers. */
  readonly key: number;
  readonly workspace: { readonly place: number; readonly words: number };
}

/** @throws UserError('task') for what no plan can have */
export function planGraph(graph: Graph, options: PlanOptions = {}): Plan {
  const { builder, outputs } = lowerGraph(joinCrossEntropies(graph));
  const { buffers } = builder;
  const placed = placeOutputs(builder, outputs, options.replaces ?? {});
  const pruned = pruneNodes(buffers, builder.nodes);
  const { setup, step } = splitSetup(buffers, pruned);
  const products = fuseEpilogues(buffers, accumulateProducts(buffers, step));
  const nodes = new NodeGraph(buffers, redirectNumbers(buffers, products), placed.replaced);
  fuseMaps(nodes);
  const inOrder = nodes.inOrder();
  const { order, shared } = copyWhereUnsafe(buffers, inOrder, placed.replaced);
  return layOut({ graph, buffers, setup, order, shared, outputs: placed.places, options });
}

interface Parts {
  readonly graph: Graph;
  readonly buffers: readonly PlanBuffer[];
  readonly setup: readonly PlanNode[];
  readonly order: readonly PlanNode[];
  readonly shared: ReadonlyMap<BufferId, BufferId>;
  readonly outputs: OutputPlaces['places'];
  readonly options: PlanOptions;
}

function layOut({ graph, buffers, setup, order, shared, outputs, options }: Parts): Plan {
  const { start = 0, inputPlaces = {}, outputPlaces = {} } = options;
  const workspace = { place: start + padded(4), words: workspaceWords([...setup, ...order]) };
  const inputs = inputBuffers(buffers);
  const given = new Map<BufferId, number>();
  const give = (
    ids: Readonly<Record<string, BufferId>>,
    places: Readonly<Record<string, number>>,
  ) => {
    for (const [name, id] of Object.entries(ids)) {
      if (places[name] !== undefined) given.set(id, places[name]);
    }
  };
  give(outputs, outputPlaces);
  give(inputs, inputPlaces);
  const fromSetup = new Set(setup.flatMap(writesOf).map(({ buffer }) => buffer));
  const { places, words } = placeBuffers(buffers, order, {
    start: workspace.place + padded(workspace.words),
    given,
    shared,
    isPermanent: (id) => buffers[id]?.role !== 'temporary' || fromSetup.has(id),
  });
  const arrays = (
    ids: Readonly<Record<string, BufferId>>,
    values: Readonly<Record<string, number>>,
  ) =>
    Object.fromEntries(
      Object.entries(ids).map(([name, id]): [string, PlanArray] => [
        name,
        { place: places[id]!, shape: graph.values[values[name]!]!.shape },
      ]),
    );
  return {
    buffers,
    setup,
    step: order,
    places,
    words,
    inputs: arrays(inputs, graph.inputs),
    outputs: arrays(outputs, graph.outputs),
    key: start,
    workspace,
  };
}
