/** The handler of each command. A missing or unknown one does not compile; package.json is held to the same list by a test. */
import { commands } from 'vscode';
import type { Uri } from 'vscode';
import type { Disposable } from '../../base/index';
import type { ComparisonPanels } from '../panels/comparisonPanel';
import type { MetaPanels } from '../panels/metaPanel';
import type { SpeedupPanels } from '../panels/speedupPanel';
import type { TasksPanels } from '../panels/tasksPanel';
import type { TrainingPanels } from '../panels/trainingPanels';
import type { RunRef } from '../runs/runStore';
import type { Services } from '../services';
import type { StatusItem } from '../status/statusItem';
import type { ListTree } from '../trees/listTree';
import type { RunsView } from '../trees/runsView';
import { payloadOf, runRefs, uriOf } from './arguments';
import * as evaluations from './evaluationCommands';
import { COMMANDS } from './ids';
import type { CommandId } from './ids';
import { applyScales, measureTheta } from './measureTheta';
import * as metas from './metaCommands';
import * as thetas from './metaThetas';
import { newEvaluation } from './newEvaluation';
import { newMeta } from './newMeta';
import { newRun } from './newRun';
import { newTask } from './newTask';
import type { NewRunPreset } from './newRun';
import { controlRuns, resumeRuns, stopAll } from './runControls';
import { copyIds, deleteRuns, duplicate, exportRun, openConfig, reveal } from './runFiles';
import { isMetaConfig, startRun } from './startRun';
import { trainTask } from './trainTask';
import * as views from './viewCommands';

export interface CommandContext {
  readonly services: Services;
  readonly training: TrainingPanels;
  readonly comparison: ComparisonPanels;
  readonly speedup: SpeedupPanels;
  readonly metaPanels: MetaPanels;
  readonly tasksPanel: TasksPanels;
  readonly runsView: RunsView;
  readonly optimizers: ListTree;
  readonly devices: ListTree;
  readonly status: StatusItem;
}

type Handler = (first: unknown, second: unknown) => unknown;

export function registerCommands(context: CommandContext): Disposable[] {
  const handlers = {
    ...runHandlers(context),
    ...evaluationHandlers(context),
    ...metaHandlers(context),
    ...otherHandlers(context),
  } satisfies Record<CommandId, Handler>;
  const { report } = context.services;
  return (Object.keys(COMMANDS) as CommandId[]).map((id) =>
    commands.registerCommand(id, async (first?: unknown, second?: unknown) => {
      try {
        return await handlers[id](first, second);
      } catch (thrown) {
        report.error(thrown, id);
        return undefined;
      }
    }),
  );
}

type RunCommand = Extract<CommandId, `velo.run.${string}`>;

function runHandlers(context: CommandContext): Record<RunCommand, Handler> {
  const { services, training, speedup, metaPanels, runsView, status } = context;
  const onRuns =
    (act: (refs: RunRef[]) => unknown): Handler =>
    (first, second) =>
      act(runRefs(first, second, runsView.selection()));
  const onRun = (act: (ref: RunRef) => unknown): Handler =>
    onRuns(([ref]) => (ref === undefined ? undefined : act(ref)));
  const start = (config: Uri | undefined) => startConfig(context, config);
  return {
    'velo.run.new': () => createAndStart(services, start, {}),
    'velo.run.start': (resource) => start(uriOf(resource)),
    'velo.run.open': onRun((ref) => {
      training.open(ref);
    }),
    'velo.run.openRunning': async () => {
      const job = await views.chooseRunning(status);
      if (job === undefined) return;
      if ('runId' in job) training.open(job);
      else if ('metaId' in job) metaPanels.open(job);
      else speedup.open(job);
    },
    'velo.run.pause': onRuns((refs) => controlRuns(services, refs, 'pause')),
    'velo.run.continue': onRuns((refs) => controlRuns(services, refs, 'continue')),
    'velo.run.step': onRuns((refs) => controlRuns(services, refs, 'step')),
    'velo.run.stop': onRuns((refs) => controlRuns(services, refs, 'stop')),
    'velo.run.resume': onRuns((refs) => resumeRuns(services, refs)),
    'velo.run.duplicate': onRun((ref) => duplicate(services, ref)),
    'velo.run.delete': onRuns((refs) => deleteRuns(services, training, refs)),
    'velo.run.export': onRun((ref) => exportRun(services, ref)),
    'velo.run.reveal': onRun((ref) => reveal(services, ref)),
    'velo.run.openConfig': onRun((ref) => openConfig(services, ref)),
    'velo.run.copyId': onRuns(copyIds),
  };
}

type EvaluationCommand = Extract<CommandId, `velo.evaluation.${string}`>;

function evaluationHandlers({
  services,
  speedup,
}: CommandContext): Record<EvaluationCommand, Handler> {
  return {
    'velo.evaluation.new': () => newEvaluation(services),
    'velo.evaluation.start': (resource) =>
      evaluations.startEvaluation(services, speedup, uriOf(resource)),
    'velo.evaluation.open': (node) => evaluations.openChart(services, speedup, node),
    'velo.evaluation.resume': (node) => evaluations.resumeEvaluation(services, node),
    'velo.evaluation.stop': (node) => evaluations.stopEvaluation(services, node),
    'velo.evaluation.delete': (node) => evaluations.deleteEvaluation(services, speedup, node),
    'velo.evaluation.report': (node) => evaluations.saveReport(services, node),
    'velo.evaluation.reveal': (node) => evaluations.revealEvaluation(services, node),
  };
}

type MetaCommand = Extract<CommandId, `velo.meta.${string}`>;

function metaHandlers(context: CommandContext): Record<MetaCommand, Handler> {
  const { services, comparison, metaPanels } = context;
  const train = (config: Uri) => startConfig(context, config);
  return {
    'velo.meta.new': async () => {
      const config = await newMeta(services);
      return config && metas.startMeta(services, metaPanels, config);
    },
    'velo.meta.open': (node) => metas.openMeta(services, metaPanels, node),
    'velo.meta.resume': (node) => metas.resumeMeta(services, node),
    'velo.meta.stop': (node) => metas.stopMeta(services, node),
    'velo.meta.delete': (node) => metas.deleteMeta(services, metaPanels, node),
    'velo.meta.reveal': (node) => metas.revealMeta(services, node),
    'velo.meta.openConfig': (node) => metas.openMetaConfig(services, node),
    'velo.meta.useTheta': (argument) => thetas.useTheta(services, argument, train),
    'velo.meta.compare': (argument) => thetas.compareThetas(services, comparison, argument),
    'velo.meta.measure': (argument) => measureTheta(services, metaPanels, argument),
    'velo.meta.applyScales': (argument) => applyScales(services, argument),
  };
}

type OtherCommand = Exclude<CommandId, RunCommand | EvaluationCommand | MetaCommand>;

function otherHandlers(context: CommandContext): Record<OtherCommand, Handler> {
  const { services, comparison, tasksPanel, runsView, optimizers, devices } = context;
  const start = (config: Uri | undefined) => startConfig(context, config);
  return {
    'velo.runs.compare': () => views.compareRuns(services, comparison),
    'velo.runs.uncheckAll': () => {
      services.checked.replace([]);
    },
    'velo.runs.filter': () => views.filterRuns(runsView),
    'velo.runs.clearFilter': () => {
      runsView.setFilter('');
    },
    'velo.runs.refresh': () => services.runs.refresh(),
    'velo.jobs.stopAll': () => stopAll(services),
    'velo.optimizer.open': (node) => views.openOptimizer(payloadOf(node)),
    'velo.optimizer.trainWith': (node) => {
      const optimizer = views.chosenOptimizer(payloadOf(node));
      return createAndStart(services, start, optimizer === undefined ? {} : { optimizer });
    },
    'velo.optimizers.refresh': () => {
      optimizers.refresh();
    },
    'velo.task.new': () => newTask(services),
    'velo.task.train': (node) => {
      const task = views.chosenTask(payloadOf(node));
      return task === undefined ? createAndStart(services, start, {}) : trainTask(task);
    },
    'velo.task.open': (node) => {
      tasksPanel.open(views.chosenTask(payloadOf(node))?.id);
    },
    'velo.devices.refresh': () => {
      devices.refresh();
    },
    'velo.device.explain': (node) => views.explainDevice(payloadOf(node)),
    'velo.example.create': () => views.createExample(services.extensionUri),
    'velo.log.show': () => {
      services.report.log.show();
    },
    'velo.engine.restart': async () => {
      const { engines, runs } = services;
      for (const root of engines.roots) await engines.get(root).restart();
      await runs.refresh();
    },
  };
}

/** What the play button of a `*.velo.json` does: a run, or a meta-training. @returns its id */
async function startConfig(
  { services, training, metaPanels }: CommandContext,
  config: Uri | undefined,
): Promise<string | undefined> {
  if (await isMetaConfig(config)) return metas.startMeta(services, metaPanels, config);
  return startRun(services, training, config);
}

async function createAndStart(
  services: Services,
  start: (config: Uri) => Promise<string | undefined>,
  preset: NewRunPreset,
): Promise<string | undefined> {
  const config = await newRun(services, preset);
  return config === undefined ? undefined : start(config);
}
