/** The engine's answers to the requests of one client. */
import { UserError } from '../../base/index';
import type { ServiceContext, WeightsUse } from '../workers/messages';
import type { ClientWatches } from './clientWatches';
import type { Handlers } from './connection';
import type { Evaluations } from './evaluations';
import type { Metas } from './metas';
import { deleteRun, describeRun, exportRun } from './runFiles';
import type { RunIndex } from './runIndex';
import type { Sensitivities } from './sensitivities';
import type { ServiceWorker } from './serviceWorker';
import type { TaskCosts } from './taskCosts';
import type { Trainings } from './trainings';

export interface HandlerServices {
  readonly trainings: Trainings;
  readonly evaluations: Evaluations;
  readonly metas: Metas;
  readonly sensitivities: Sensitivities;
  readonly service: ServiceWorker;
  readonly taskCosts: TaskCosts;
  readonly watches: ClientWatches;
  /** @throws UserError('engine') where jobs are there and it is not forced */
  readonly shutdown: (force: boolean) => void;
  /** From now on this client is told of changes. */
  readonly followRuns: () => void;
  /** The same of evaluations. */
  readonly followEvaluations: () => void;
  /** The same of meta-trainings. */
  readonly followMetas: () => void;
}

const NOTHING = {};

export function createHandlers(services: HandlerServices): Handlers {
  return {
    ...runHandlers(services),
    ...evaluationHandlers(services),
    ...metaHandlers(services),
    ...sensitivityHandlers(services),
  };
}

/** What changes nothing on the disk and runs nothing of the folder. */
const VIEWING: ReadonlySet<string> = new Set<keyof Handlers>([
  'engine.ping',
  'engine.shutdown',
  'engine.configure',
  'unwatch',
  'evaluations.list',
  'evaluation.watch',
  'evaluation.overview',
  'evaluation.curves',
  'evaluation.sweep',
  'metas.list',
  'meta.watch',
  'sensitivity.watch',
]);

/** The same answers to what only looks; everything else is refused with UserError('usage'). */
export function viewerHandlers(handlers: Handlers): Handlers {
  const refuse = (): never => {
    throw new UserError(
      'usage',
      'the folder is not trusted: what was made in it can only be looked at',
      {
        remedy: 'Choose "Workspaces: Manage Workspace Trust" to trust it.',
      },
    );
  };
  const entries = Object.entries(handlers).map(([name, handler]) => [
    name,
    VIEWING.has(name) ? handler : refuse,
  ]);
  return Object.fromEntries(entries) as Handlers;
}

type EvaluationRequest = Extract<keyof Handlers, `evaluation${string}`>;

function evaluationHandlers({
  evaluations,
  watches,
  followEvaluations,
}: HandlerServices): Pick<Handlers, EvaluationRequest> {
  return {
    'evaluations.list': () => {
      followEvaluations();
      return evaluations.list();
    },
    'evaluation.start': async ({ configPath }) => ({
      evaluationId: await evaluations.start(configPath),
    }),
    'evaluation.resume': async ({ evaluationId }) => {
      await evaluations.resume(evaluationId);
      return NOTHING;
    },
    'evaluation.stop': ({ evaluationId }) => {
      evaluations.stop(evaluationId);
      return NOTHING;
    },
    'evaluation.delete': ({ evaluationId }) => {
      evaluations.delete(evaluationId);
      return NOTHING;
    },
    'evaluation.describe': ({ evaluationId }) => evaluations.describe(evaluationId),
    'evaluation.watch': async ({ watchId, evaluationId }) => {
      // Where it cannot be scored the client is told so, instead of nothing.
      await evaluations.overview(evaluationId);
      watches.watchEvaluation(watchId, evaluationId);
      return NOTHING;
    },
    'evaluation.overview': ({ evaluationId }) => evaluations.overview(evaluationId),
    'evaluation.curves': (params) => evaluations.curves(params),
    'evaluation.sweep': (params) => evaluations.sweep(params),
    'evaluation.report': (params) => evaluations.report(params),
  };
}

type MetaRequest = Extract<keyof Handlers, `meta${string}`>;

function metaHandlers({
  metas,
  watches,
  followMetas,
}: HandlerServices): Pick<Handlers, MetaRequest> {
  return {
    'metas.list': () => {
      followMetas();
      return metas.list();
    },
    'meta.start': async ({ configPath }) => ({ metaId: await metas.start(configPath) }),
    'meta.resume': async ({ metaId }) => {
      await metas.resume(metaId);
      return NOTHING;
    },
    'meta.stop': ({ metaId }) => {
      metas.stop(metaId);
      return NOTHING;
    },
    'meta.delete': ({ metaId }) => {
      metas.delete(metaId);
      return NOTHING;
    },
    'meta.watch': ({ watchId, metaId }) => {
      watches.watchMeta(watchId, metaId);
      return NOTHING;
    },
  };
}

type SensitivityRequest = Extract<keyof Handlers, `sensitivity.${string}`>;

function sensitivityHandlers({
  sensitivities,
  watches,
}: HandlerServices): Pick<Handlers, SensitivityRequest> {
  return {
    'sensitivity.start': async ({ of }) => {
      await sensitivities.start(of);
      return NOTHING;
    },
    'sensitivity.stop': ({ of }) => {
      sensitivities.stop(of);
      return NOTHING;
    },
    'sensitivity.watch': ({ watchId, of }) => {
      watches.watchSensitivity(watchId, of);
      return NOTHING;
    },
  };
}

type FolderRequest = EvaluationRequest | MetaRequest | SensitivityRequest;

function runHandlers(services: HandlerServices): Omit<Handlers, FolderRequest> {
  const { trainings, evaluations, metas, sensitivities, service, watches } = services;
  const { index, jobs } = trainings;
  return {
    'engine.ping': () => NOTHING,
    'engine.shutdown': ({ force }) => {
      services.shutdown(force);
      return NOTHING;
    },
    'engine.configure': ({ maxRunning }) => {
      jobs.maxRunning = maxRunning;
      return NOTHING;
    },
    'runs.list': async ({ newest }) => {
      if (newest !== undefined) return { runs: await index.newest(newest), warnings: [] };
      const listing = await index.list();
      services.followRuns();
      return listing;
    },
    'run.start': (params) => ({ runId: trainings.start(params) }),
    'run.resume': ({ runId }) => {
      trainings.resume(runId);
      return NOTHING;
    },
    'run.control': (params) => {
      trainings.control(params);
      return NOTHING;
    },
    'jobs.stopAll': async () => {
      const others = [evaluations, metas, sensitivities.jobs].map((jobs) => jobs.stopAll());
      const counts = await Promise.all([trainings.stopAll(), ...others]);
      return { stopped: counts.reduce((sum, count) => sum + count, 0) };
    },
    'run.delete': ({ runId }) => {
      deleteRun(trainings, runId);
      return NOTHING;
    },
    'run.describe': ({ runId }) => describeRun(trainings, runId),
    'run.export': (params) => {
      exportRun(trainings, params);
      return NOTHING;
    },
    'series.watch': async ({ watchId, runIds }) => {
      await index.ready();
      watches.watchSeries(watchId, runIds);
      return NOTHING;
    },
    'trace.watch': async (params) => {
      await index.ready();
      watches.watchTrace(params);
      return NOTHING;
    },
    unwatch: ({ watchId }) => {
      watches.end(watchId);
      return NOTHING;
    },
    'trace.cellOrder': (params) =>
      service.call('trace.cellOrder', params, contextOf(trainings, params.runId)),
    'run.multipliers': (params) =>
      service.call('run.multipliers', params, contextOf(trainings, params.runId)),
    'devices.list': (params) => service.call('devices.list', params),
    'tasks.list': (params) => service.call('tasks.list', params),
    'suites.list': (params) => service.call('suites.list', params),
    'tasks.draw': (params) => service.call('tasks.draw', params),
    'tasks.cost': (params) => services.taskCosts.of(params),
    'tasks.sample': (params) =>
      // Pieces of a text are learned first.
      'vocabulary' in params.task
        ? services.taskCosts.sample(params)
        : service.call('tasks.sample', params),
    'optimizers.list': (params) => service.call('optimizers.list', params),
    'optimizer.inspect': async (params) => {
      await index.ready();
      return service.call('optimizer.inspect', params, { weightsUsed: weightsUsed(index) });
    },
    'optimizer.matrix': (params) => service.call('optimizer.matrix', params),
    'optimizer.response': (params) => service.call('optimizer.response', params),
  };
}

function contextOf(trainings: Trainings, runId: string): ServiceContext {
  const { directory, config } = trainings.require(runId).record;
  return { directory, runName: config.name, numSteps: config.numSteps };
}

/** Newest first. */
function weightsUsed(index: RunIndex): WeightsUse[] {
  const uses = index.disks.flatMap(({ record: { id, config, environment } }) =>
    environment?.weights === undefined
      ? []
      : [
          {
            startedAt: environment.startedAt,
            use: { runId: id, name: config.name, sha256: environment.weights.sha256 },
          },
        ],
  );
  uses.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return uses.map(({ use }) => use);
}
