/** A whole training in one arena: parameters, gradients and state are shared by the plans that work on them. */
import type { FloatArray, NamedFloats, TensorSpec } from '../../../base/index';
import type { Arena, KernelRuntime } from '../../compute/kernelRuntime';
import type { Plan, PlanOptions } from '../../compute/plan/plan';
import { RNG_PURPOSES } from '../../compute/rng';
import { writeRows } from '../../compute/stepRow';
import { alone } from '../../compute/stages';
import type { StepRow } from '../../compute/stepRow';
import type { FusedUpdate, Optimizer } from '../../optimizers/optimizer';
import type { Task } from '../../tasks/task';
import type { ResolvedSessionOptions } from '../session';
import { planBatches } from './batches';
import { drawRows, planBlock } from './block';
import type { BlockRun, PlannedBlock } from './block';
import { floatsAt, spanOf } from '../../compute/plan/planRun';
import { joinSpans } from '../../compute/span';
import type { Span } from '../../compute/span';
import { Linker, placesOf } from './linker';
import type { Program } from './linker';
import { planAccumulation } from './planAccumulation';
import { planLook } from './planLook';
import { planPerturbation } from './planPerturbation';
import type { PlannedPerturbation, RunPerturbation } from './planPerturbation';
import { layOutKernels, planUpdate } from './planUpdate';
import type { PlannedUpdate, UpdateState } from './plannedUpdate';
import { evaluationGraph, gradientGraph } from './stepGraphs';

/** Whose training it is: members of a population differ in these alone, and take turns in one arena. */
export interface StepOwner {
  /** The task that was linked, its data in any order. */
  readonly task: Task;
  /** The optimizer that was linked but for its numbers of a step and its theta. */
  readonly optimizer: Optimizer;
  readonly seed: number;
}

export interface LinkedStep {
  readonly arena: Arena;
  /** What a training carries on from step to step: parameters, optimizer state, sums of gradients. */
  readonly kept: readonly Span[];
  /** Of a learned optimizer. */
  readonly theta?: LinkedTheta;
  /** From here on it is this one's training; what is kept is for the caller to bring. */
  bind(owner: StepOwner): void;
  /** Live views into the arena. */
  readonly params: NamedFloats;
  readonly grads: NamedFloats;
  /** `grads/…` and `loss`; empty without accumulation. */
  readonly sums: NamedFloats;
  /** Of the last gradient: the loss of its batch. */
  readonly loss: Float32Array;
  readonly evaluation: LinkedEvaluation;
  readonly state: UpdateState;
  /** Many steps in one call; undefined where each needs the host in between. */
  readonly block: LinkedBlock | undefined;
  /** Batch → loss and gradients. @param step  0-based */
  runGradient(step: number): void;
  /** What comes between gradient and update. @param place  of the batch among those of its update, from 0 */
  runAccumulation(place: number): void;
  /** The update and, where it begins with one, the look at the curvature or the renewal. @param index  of the update, from 0 */
  runUpdate(index: number): void;
}

/** Weights of a learned optimizer in the arena. */
export interface LinkedTheta extends RunPerturbation {
  /** What an update reads: kept with a member where its weights are not made anew. */
  readonly packed: readonly Span[];
  /** How many numbers it has. */
  readonly words: number;
}

export interface LinkedBlock extends Pick<BlockRun, 'losses'> {
  readonly capacity: number;
  /** As `BlockRun.run`, of the training that is bound. */
  run(firstStep: number, count: number): number;
}

export interface LinkedEvaluation {
  /** The arrays of the batch that are used. */
  readonly batch: Readonly<Record<string, Float32Array>>;
  readonly loss: Float32Array;
  readonly accuracy: Float32Array | undefined;
  /** @param index  of the batch, from 0 */
  run(index: number): void;
}

/**
 * @throws UserError('task') where no plan can have the task, UserError('config') where the loss is wrong,
 *   UserError('device') when the memory cannot be had
 * @param more.perturbed  whether the weights of a learned optimizer are to be moved
 */
export function linkStep(
  options: ResolvedSessionOptions,
  kernels: KernelRuntime,
  { perturbed = false } = {},
): LinkedStep {
  const { task, optimizer, accumulate } = options;
  const fused = layOutKernels(optimizer, task.params, kernels);
  const linker = new Linker(kernels, fused?.words ?? 0);
  const gradient = linker.add(gradientGraph(task), gradientPlaces(fused));
  const loss = gradient.plan.outputs['loss']!;
  const inputPlaces = placesOf(gradient.plan.inputs);
  const evaluation = linker.add(evaluationGraph(task), { inputPlaces });
  const accumulation = planAccumulation(linker, options, gradient.plan);
  const { params } = task;
  const update = planUpdate(linker, { optimizer, params, gradient: gradient.plan, fused });
  const look = planLook(linker, { task, optimizer, gradient: gradient.plan, update });
  const batches = planBatches(linker, task, [gradient.plan, evaluation.plan]);
  const rowsOf = (owner: StepOwner): OwnRows => ({
    gradient: [
      ...batches.rows(owner.task.data),
      ...drawRows(gradient.plan, owner.seed, RNG_PURPOSES.dropout),
    ],
    look: look?.rows(owner.seed) ?? [],
    update: update.rows(owner.optimizer),
    evaluation: drawRows(evaluation.plan, owner.seed, RNG_PURPOSES.evaluation),
  });
  let rows = rowsOf(options);
  const first = linker.program([...batches.code, ...gradient.program.code]);
  const block =
    accumulate > 1
      ? undefined
      : planBlock(linker, {
          rows: rowsOfStep(rows),
          gradient: [alone(batches.code), ...gradient.stages],
          loss: loss.place,
          between: accumulation.stages,
          look,
          update: update.stages,
        });
  const flat = perturbed ? update.theta?.flat : undefined;
  const perturbation = flat && planPerturbation(linker, flat);
  const arena = linker.start();
  batches.bind(arena, task);
  const state = update.start(arena);
  const run = ({ place, code }: Program): void => {
    arena.run(place, code.length);
  };
  const runAt = (program: Program, own: readonly StepRow[], step: number): void => {
    writeRows(own, step, arena);
    run(program);
  };
  const { inputs } = gradient.plan;
  return {
    arena,
    kept: joinSpans([...spansOf(task, inputs), ...update.state, ...accumulation.kept]),
    ...startTheta(update, perturbation, arena, state),
    bind: (owner) => {
      rows = rowsOf(owner);
      batches.bind(arena, owner.task);
    },
    params: liveViews(arena, 'params', task.params, inputs),
    grads: liveViews(arena, 'grads', task.params, gradient.plan.outputs),
    sums: accumulation.sums(arena),
    loss: floatsAt(arena, loss),
    evaluation: startEvaluation(arena, evaluation, () => rows.evaluation),
    state,
    block: block && startBlock(block, arena, () => rowsOfStep(rows)),
    runGradient: (step) => {
      runAt(first, rows.gradient, step);
    },
    runAccumulation: (place) => {
      const program = accumulation.program(place);
      if (program !== undefined) run(program);
    },
    runUpdate: (index) => {
      if (look !== undefined && index % look.every === 0) runAt(look.program, rows.look, index);
      runAt(update.program, rows.update, index);
    },
  };
}

/** Where the parameters are. */
function spansOf({ params }: Task, inputs: Plan['inputs']): Span[] {
  return params.map(({ name }) => spanOf(inputs[`params/${name}`]!));
}

/** What is new at each step. */
interface OwnRows {
  readonly gradient: readonly StepRow[];
  readonly look: readonly StepRow[];
  readonly update: readonly StepRow[];
  readonly evaluation: readonly StepRow[];
}

function rowsOfStep({ gradient, look, update }: OwnRows): StepRow[] {
  return [...gradient, ...look, ...update];
}

function startTheta(
  { theta }: PlannedUpdate,
  planned: PlannedPerturbation | undefined,
  arena: Arena,
  state: UpdateState,
): Pick<LinkedStep, 'theta'> {
  if (theta === undefined || planned === undefined) return {};
  const run = planned.start(arena);
  return {
    theta: {
      packed: theta.packed,
      words: theta.flat.words,
      setCentre: (centre) => {
        run.setCentre(centre);
      },
      perturb: (perturbation) => {
        run.perturb(perturbation);
        state.loadTheta?.();
      },
    },
  };
}

function startBlock(block: PlannedBlock, arena: Arena, rows: () => StepRow[]): LinkedBlock {
  const started = block.start(arena);
  return {
    losses: started.losses,
    capacity: block.capacity,
    run: (firstStep, count) => started.run(rows(), firstStep, count),
  };
}

function startEvaluation(
  arena: Arena,
  { plan, program }: { readonly plan: Plan; readonly program: Program },
  rows: () => readonly StepRow[],
): LinkedEvaluation {
  const { loss, accuracy } = plan.outputs;
  const batch = Object.entries(plan.inputs).flatMap(([name, array]) =>
    name.startsWith('batch/')
      ? [[name.slice('batch/'.length), floatsAt(arena, array)] as const]
      : [],
  );
  return {
    batch: Object.fromEntries(batch),
    loss: floatsAt(arena, loss!),
    accuracy: accuracy && floatsAt(arena, accuracy),
    run: (index) => {
      writeRows(rows(), index, arena);
      arena.run(program.place, program.code.length);
    },
  };
}

/** A fused optimizer has parameters, gradients and loss where its kernels want them. */
function gradientPlaces(fused: FusedUpdate | undefined): Omit<PlanOptions, 'start'> {
  if (fused === undefined) return {};
  return {
    inputPlaces: withPrefix('params', fused.params),
    outputPlaces: { ...withPrefix('grads', fused.grads), loss: fused.loss },
  };
}

function withPrefix(prefix: string, places: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(places).map(([name, place]) => [`${prefix}/${name}`, place]),
  );
}

function liveViews(
  arena: Arena,
  prefix: string,
  specs: readonly TensorSpec[],
  arrays: Plan['inputs'],
): NamedFloats {
  return Object.fromEntries(
    specs.map(({ name, shape }): [string, FloatArray] => {
      const data = floatsAt(arena, arrays[`${prefix}/${name}`]!);
      return [name, { shape, data }];
    }),
  );
}
