/** The requests that compute or read large files, answered in a worker thread. */
import type { MessagePort } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { UserError } from '../../base/index';
import { SUITES, cellOrder } from '../../core/index';
import { toEngineError } from '../../protocol/index';
import type { EngineParams, EngineResult } from '../../protocol/index';
import type { MultiplierCurve } from '../../protocol/live/index';
import { openTraceReader } from '../../storage/index';
import type { TraceReader } from '../../storage/index';
import { EvaluationView } from '../evaluation/evaluationView';
import { writeReport } from '../evaluation/report';
import { listDevices } from '../devices/devices';
import { TaskGallery } from '../gallery/gallery';
import { inspectOptimizer, listOptimizers, networkResponse, readMatrix } from '../inspect/inspect';
import type {
  ProgramFiles,
  ServiceCall,
  ServiceContext,
  ServiceReply,
  ServiceRequest,
  WorkerTask,
} from './messages';

export function serve(
  { files }: Extract<WorkerTask, { kind: 'service' }>,
  port: MessagePort,
): void {
  const answer = async (call: ServiceCall): Promise<ServiceReply> => {
    const { id, name } = call;
    try {
      const handler = HANDLERS[name] as Handler<ServiceRequest>;
      return { id, result: await handler(call.params, call.context, files) };
    } catch (thrown) {
      return { id, error: toEngineError(thrown) };
    }
  };
  port.on('message', (call: ServiceCall) => {
    void answer(call).then((reply) => {
      port.postMessage(reply);
    });
  });
}

type Handler<R extends ServiceRequest> = (
  params: EngineParams<R>,
  context: ServiceContext,
  files: ProgramFiles,
) => EngineResult<R> | Promise<EngineResult<R>>;

const HANDLERS: { readonly [R in ServiceRequest]: Handler<R> } = {
  'devices.list': async () => ({ devices: await listDevices() }),
  'suites.list': () => ({
    suites: SUITES.map(({ name, summary, tasks, steps, baselineSteps }) => ({
      ...{ name, summary, tasks: tasks.length, steps, baselineSteps },
    })),
  }),
  'tasks.list': async (_params, _context, files) => ({
    families: await galleryOf(files).families(),
  }),
  'tasks.draw': ({ family, seed }, _context, files) => galleryOf(files).draw(family, seed),
  'tasks.cost': ({ task }, _context, files) => galleryOf(files).cost(task),
  'tasks.sample': ({ task }, _context, files) => galleryOf(files).sample(task),
  'optimizers.list': (params, _context, files) => ({
    optimizers: listOptimizers(params.files, files.weightsDir),
  }),
  'optimizer.inspect': ({ path }, { weightsUsed = [] }) => {
    const inspection = inspectOptimizer(path, []);
    const users = weightsUsed.filter(({ sha256 }) => sha256 === inspection.sha256);
    return { ...inspection, usedBy: users.map(({ runId, name }) => ({ runId, name })) };
  },
  'optimizer.matrix': ({ path, name }) => readMatrix(path, name),
  'optimizer.response': ({ path, network, feature }) => networkResponse(path, network, feature),
  'trace.cellOrder': ({ runId, tensor, state }, context) => {
    const trace = requireTrace(runId, context);
    const { hidden, tensors } = trace.meta;
    if (tensor >= tensors.length) {
      const range = `expected a tensor from 0 to ${tensors.length - 1}, got ${tensor}`;
      throw new UserError('run', `run ${runId}: ${range}`);
    }
    const detail = trace.tensorDetail(tensor);
    return { order: cellOrder(state === 'h' ? detail.hidden : detail.cell, hidden) };
  },
  'run.multipliers': ({ runId }, context) => multipliersOf(runId, context),
  'evaluation.overview': (_params, context, files) => viewOf(context, files).overview(),
  'evaluation.curves': ({ task }, context, files) => viewOf(context, files).curves(task),
  'evaluation.sweep': ({ task }, context, files) => viewOf(context, files).sweep(task),
  'evaluation.report': (params, { directory = '' }) => {
    writeReport(directory, params);
    return {};
  },
};

/** By folder; each holds all curves that were read. */
const views = new LRUCache<string, EvaluationView>({ max: 4 });

/** Another evaluation may have come to the folder of one that was deleted. */
function viewOf(
  { directory = '', isTrusted = false }: ServiceContext,
  { dataDir }: ProgramFiles,
): EvaluationView {
  const known = views.get(directory);
  const view = new EvaluationView(directory, { dataDir, isTrusted });
  if (known?.startedAt === view.startedAt) return known;
  views.set(directory, view);
  return view;
}

let gallery: TaskGallery | undefined;

/** One for the thread: it keeps the data sets that it has read. */
function galleryOf({ dataDir }: ProgramFiles): TaskGallery {
  return (gallery ??= new TaskGallery(dataDir));
}

/** An empty curve where the run has no trace. */
function multipliersOf(runId: string, context: ServiceContext): MultiplierCurve {
  const trace = traceOf(context);
  return {
    runId,
    name: context.runName ?? runId,
    tensors: trace?.meta.tensors.map(({ name }) => name) ?? [],
    numSteps: context.numSteps ?? 0,
    steps: trace?.steps ?? new Uint32Array(),
    multipliers: trace?.scalars().multipliers ?? new Float32Array(),
  };
}

function traceOf({ directory }: ServiceContext): TraceReader | undefined {
  return directory === undefined ? undefined : openTraceReader(directory);
}

function requireTrace(runId: string, context: ServiceContext): TraceReader {
  const trace = traceOf(context);
  if (trace !== undefined) return trace;
  throw new UserError('run', `run ${runId} has no trace`, {
    remedy: 'Runs have one where their config does not switch it off.',
  });
}
