/** The queue of a delayed optimizer before fused kernels: a plan that hands them the gradients that are due. */
import type { FloatArray, NamedFloats, TensorSpec } from '../../../base/index';
import { invariant } from '../../../base/index';
import { capture } from '../../compute/capture/capture';
import type { Arena, KernelRuntime } from '../../compute/kernelRuntime';
import { padded } from '../../compute/plan/arena';
import { assemble } from '../../compute/plan/assemble';
import { planGraph } from '../../compute/plan/plan';
import type { Plan } from '../../compute/plan/plan';
import { floatsAt, spanOf, writeConstants } from '../../compute/plan/planRun';
import { alone } from '../../compute/stages';
import { writeRows } from '../../compute/stepRow';
import type { StepRow } from '../../compute/stepRow';
import { requireArrays } from '../../compute/tensors';
import type { FusedSession, FusedUpdate } from '../optimizer';
import { queueName, throughQueue } from './queue';

/** Words of a program for each node of its plan, with room to spare. */
const NODE_WORDS = 1024;

export function fusedDelay(
  inner: FusedUpdate,
  params: readonly TensorSpec[],
  steps: number,
): FusedUpdate {
  const plan = queuePlan(inner, params, steps);
  const queue = queueSpecs(params, steps);
  const first: StepRow = {
    place: plan.inputs['first']!.place,
    words: 1,
    write: (step, { f32 }, at) => {
      f32[at] = Number(step === 0);
    },
  };
  const placesOf = (specs: readonly TensorSpec[]): Record<string, number> =>
    Object.fromEntries(specs.map(({ name }) => [name, plan.inputs[`arriving/${name}`]!.place]));
  const loss = plan.inputs['arriving/loss']!.place;
  const program = { place: padded(plan.words), words: NODE_WORDS * (plan.step.length + 1) };
  return {
    ...inner,
    words: program.place + padded(program.words),
    grads: placesOf(params),
    loss,
    state: [...inner.state, ...queue.map(({ name }) => spanOf(plan.inputs[name]!))],
    rows: [...inner.rows, first],
    stages: (runtime) => [alone(assemble(plan, runtime).step), ...inner.stages(runtime)],
    start: (runtime, arena) => {
      const session = inner.start(runtime, arena);
      return startQueue({ session, plan, queue, params, first, loss, program }, runtime, arena);
    },
  };
}

/** Plans by what they are for: whoever asks for the rows of another training of the same kind asks for a layout. */
const plans = new WeakMap<readonly TensorSpec[], Map<string, Plan>>();

function queuePlan(inner: FusedUpdate, params: readonly TensorSpec[], steps: number): Plan {
  const known = plans.get(params) ?? new Map<string, Plan>();
  plans.set(params, known);
  const key = JSON.stringify([steps, inner.words, inner.grads, inner.loss]);
  const plan = known.get(key) ?? planQueue(inner, params, steps);
  known.set(key, plan);
  return plan;
}

function planQueue(inner: FusedUpdate, params: readonly TensorSpec[], steps: number): Plan {
  const floats = (specs: readonly TensorSpec[], prefix = '') =>
    Object.fromEntries(
      specs.map(({ name, shape }) => [prefix + name, { shape, dtype: 'float32' as const }]),
    );
  const arriving = [...params, { name: 'loss', shape: [] }];
  const queue = queueSpecs(params, steps);
  const graph = capture(
    (tensors) => {
      const grads = params.map(({ name }) => [name, tensors[`arriving/${name}`]!] as const);
      const late = throughQueue(
        { grads: Object.fromEntries(grads), loss: tensors['arriving/loss']! },
        tensors,
        { first: tensors['first']!, steps },
      );
      const leaving = Object.entries({ ...late.grads, loss: late.loss });
      return {
        ...late.queue,
        ...Object.fromEntries(leaving.map(([name, value]) => [`leaving/${name}`, value])),
      };
    },
    {
      ...floats(arriving, 'arriving/'),
      ...floats(queue),
      ...floats([{ name: 'first', shape: [] }]),
    },
  );
  const places = Object.entries({ ...inner.grads, loss: inner.loss });
  const plan = planGraph(graph, {
    start: padded(inner.words),
    replaces: Object.fromEntries(queue.map(({ name }) => [name, name])),
    outputPlaces: Object.fromEntries(places.map(([name, place]) => [`leaving/${name}`, place])),
  });
  invariant(plan.setup.length === 0, 'a queue needs no setup');
  return plan;
}

function queueSpecs(params: readonly TensorSpec[], steps: number): TensorSpec[] {
  return Array.from({ length: steps }, (_, k) => k).flatMap((k) =>
    [...params, { name: 'loss', shape: [] }].map(({ name, shape }) => ({
      name: queueName(k, name),
      shape,
    })),
  );
}

interface QueueParts {
  readonly session: FusedSession;
  readonly plan: Plan;
  readonly queue: readonly TensorSpec[];
  readonly params: readonly TensorSpec[];
  readonly first: StepRow;
  readonly loss: number;
  /** Room for instructions. */
  readonly program: { readonly place: number; readonly words: number };
}

function startQueue(parts: QueueParts, runtime: KernelRuntime, arena: Arena): FusedSession {
  const { session, plan, queue, params, first, loss, program } = parts;
  const { step } = assemble(plan, runtime);
  invariant(step.length <= program.words, 'the program of a queue needs more room');
  writeConstants(plan, arena);
  arena.i32.set(step, program.place);
  const live = (specs: readonly TensorSpec[], prefix = ''): NamedFloats =>
    Object.fromEntries(
      specs.map(({ name, shape }): [string, FloatArray] => [
        name,
        { shape, data: floatsAt(arena, plan.inputs[prefix + name]!) },
      ]),
    );
  const waiting = live(queue);
  const innerLoss = plan.outputs['leaving/loss']!.place;
  return {
    ...session,
    grads: live(params, 'arriving/'),
    update: (index, value) => {
      writeRows([first], index, arena);
      arena.f32[loss] = value;
      arena.run(program.place, step.length);
      session.update(index, arena.f32[innerLoss]!);
    },
    exportState: () => ({ ...session.exportState(), ...copies(waiting) }),
    importState: (state) => {
      const values = requireArrays('optimizer state', queue, pick(state, queue));
      session.importState(state);
      for (const [name, { data }] of Object.entries(values)) waiting[name]!.data.set(data);
    },
    reset: () => {
      session.reset();
      for (const { data } of Object.values(waiting)) data.fill(0);
    },
  };
}

function pick(arrays: NamedFloats, specs: readonly TensorSpec[]): NamedFloats {
  return Object.fromEntries(
    specs.flatMap(({ name }) => {
      const array = arrays[name];
      return array === undefined ? [] : [[name, array] as const];
    }),
  );
}

function copies(arrays: NamedFloats): NamedFloats {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  );
}
