/** A whole training in one arena: parameters, gradients and state are shared by the plans that work on them. */
import type { FloatArray, NamedFloats, TensorSpec } from '../../../base/index';
import type { Arena, KernelRuntime } from '../../compute/kernelRuntime';
import type { Plan, PlanOptions } from '../../compute/plan/plan';
import { RNG_PURPOSES } from '../../compute/rng';
import { writeRows } from '../../compute/stepRow';
import type { StepRow } from '../../compute/stepRow';
import type { FusedUpdate } from '../../optimizers/optimizer';
import type { ResolvedSessionOptions } from '../session';
import { planBatches } from './batches';
import { keyRow, planBlock } from './block';
import type { BlockRun } from './block';
import { floatsAt } from '../../compute/plan/planRun';
import { Linker, placesOf } from './linker';
import type { Program } from './linker';
import { planAccumulation } from './planAccumulation';
import { planUpdate } from './planUpdate';
import type { UpdateState } from './planUpdate';
import { evaluationGraph, gradientGraph } from './stepGraphs';

export interface LinkedStep {
  readonly arena: Arena;
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
  readonly block: (BlockRun & { readonly capacity: number }) | undefined;
  /** Batch → loss and gradients. @param step  0-based */
  runGradient(step: number): void;
  /** What comes between gradient and update. @param place  of the batch among those of its update, from 0 */
  runAccumulation(place: number): void;
  /** @param index  of the update, from 0 */
  runUpdate(index: number): void;
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
 */
export function linkStep(options: ResolvedSessionOptions, kernels: KernelRuntime): LinkedStep {
  const { task, optimizer, seed, accumulate } = options;
  const fused = optimizer.fused?.(task.params, 0);
  const linker = new Linker(kernels, fused?.words ?? 0);
  const gradient = linker.add(gradientGraph(task), gradientPlaces(fused));
  const loss = gradient.plan.outputs['loss']!;
  const evaluation = linker.add(evaluationGraph(task), {
    inputPlaces: placesOf(gradient.plan.inputs),
  });
  const accumulation = planAccumulation(linker, options, gradient.plan);
  const parts = { optimizer, params: task.params, gradient: gradient.plan, fused };
  const update = planUpdate(linker, parts);
  const batches = planBatches(linker, task, gradient.plan);
  const rows = [...batches.rows, ...drawRows(gradient.plan, seed, RNG_PURPOSES.dropout)];
  const first = linker.program([...batches.code, ...gradient.program.code]);
  const block =
    accumulate > 1
      ? undefined
      : planBlock(linker, {
          rows: [...rows, ...update.rows],
          gradient: first.code,
          loss: loss.place,
          update: [...(accumulation.program(0)?.code ?? []), ...update.program.code],
        });
  const arena = linker.start();
  batches.start(arena);
  const run = ({ place, code }: Program): void => {
    arena.run(place, code.length);
  };
  return {
    arena,
    params: liveViews(arena, 'params', task.params, gradient.plan.inputs),
    grads: liveViews(arena, 'grads', task.params, gradient.plan.outputs),
    sums: accumulation.sums(arena),
    loss: floatsAt(arena, loss),
    evaluation: startEvaluation(arena, evaluation, seed),
    state: update.start(arena),
    block: block && { ...block.start(arena), capacity: block.capacity },
    runGradient: (step) => {
      writeRows(rows, step, arena);
      run(first);
    },
    runAccumulation: (place) => {
      const program = accumulation.program(place);
      if (program !== undefined) run(program);
    },
    runUpdate: (index) => {
      writeRows(update.rows, index, arena);
      run(update.program);
    },
  };
}

function startEvaluation(
  arena: Arena,
  { plan, program }: { readonly plan: Plan; readonly program: Program },
  seed: number,
): LinkedEvaluation {
  const rows = drawRows(plan, seed, RNG_PURPOSES.evaluation);
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
      writeRows(rows, index, arena);
      arena.run(program.place, program.code.length);
    },
  };
}

/** The key of a plan's random numbers, where it draws any. */
function drawRows(plan: Plan, seed: number, purpose: number): StepRow[] {
  const draws = plan.step.some((node) => node.kind === 'kernel' && node.args.includes('key'));
  return draws ? [keyRow(plan.key, seed, purpose)] : [];
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
