/** Composition root of the VS Code extension: makes the parts, connects them, and registers them. It spawns nothing. */
import { window, workspace } from 'vscode';
import type { ExtensionContext } from 'vscode';
import type { EvaluationEntry, MetaEntry, RunEntry } from '../protocol/live/index';
import { registerCommands } from './commands/table';
import { registerRunConfigs } from './commands/runFiles';
import { registerCompletion } from './config/completion';
import { ConfigProblems, registerQuickFixes } from './config/diagnostics';
import { OptimizerEditors } from './editors/optimizerEditor';
import { Engines } from './engines';
import { createEvaluationStore } from './evaluations/evaluationStore';
import { followMetaConfigs } from './config/metaConfigContext';
import { createMetaStore } from './metas/metaStore';
import { ComparisonPanels } from './panels/comparisonPanel';
import { createMetaPanels } from './panels/metaPanel';
import { createSpeedupPanels } from './panels/speedupPanel';
import { TasksPanels } from './panels/tasksPanel';
import { TrainingPanels } from './panels/trainingPanels';
import { createReport } from './report';
import { CheckedRuns } from './runs/checkedRuns';
import { RunStore } from './runs/runStore';
import type { Services } from './services';
import { createStatusItem } from './status/statusItem';
import { registerTasks } from './tasks/taskProvider';
import { createTrees } from './trees/trees';

/** What other extensions and tests can see. */
export interface VeloApi {
  /** The runs that this window knows, newest first. */
  runs(): readonly RunEntry[];
  /** The evaluations that it knows, newest first. */
  evaluations(): readonly EvaluationEntry[];
  /** The meta-trainings that it knows, newest first. */
  metas(): readonly MetaEntry[];
}

export function activate(context: ExtensionContext): VeloApi {
  const log = window.createOutputChannel('VeLO Lab', { log: true });
  const report = createReport(log);
  const engines = new Engines(context, log);
  const warn = (text: string): void => {
    log.warn(text);
  };
  const runs = new RunStore(engines, warn);
  const evaluations = createEvaluationStore(engines, warn);
  const metas = createMetaStore(engines, warn);
  const checked = new CheckedRuns(context.workspaceState);
  const status = createStatusItem({ runs, evaluations, metas }, (run) => {
    report.runFailed(run);
  });
  const { extensionUri } = context;
  const { viewed } = status;
  const services: Services = {
    ...{ extensionUri, report, engines, runs, evaluations, metas, checked, viewed },
  };
  const training = new TrainingPanels(services);
  const comparison = new ComparisonPanels(services);
  const speedup = createSpeedupPanels(services);
  const metaPanels = createMetaPanels(services);
  const tasksPanel = new TasksPanels(services);
  const trees = createTrees(services);
  const panels = [training, comparison, speedup, tasksPanel, metaPanels];
  const disposables = [log, engines, runs, evaluations, metas, status, ...panels, ...trees.all];
  const commands = registerCommands({
    ...{ services, training, comparison, speedup, metaPanels, tasksPanel, status },
    ...trees,
  });
  const tasks = registerTasks(context.asAbsolutePath('dist/cli.cjs'));
  context.subscriptions.push(...disposables, ...commands, tasks);
  context.subscriptions.push(new OptimizerEditors(services), registerRunConfigs());
  context.subscriptions.push(new ConfigProblems(), registerQuickFixes(), registerCompletion());
  context.subscriptions.push(followMetaConfigs());
  // Runs that went on while no window was open show up without being asked for.
  const attach = async () => {
    await runs.attach();
    await evaluations.attach();
    await metas.attach();
  };
  if (workspace.isTrusted) setTimeout(() => void attach(), 0);
  context.subscriptions.push(
    workspace.onDidGrantWorkspaceTrust(attach),
    workspace.onDidChangeWorkspaceFolders(() => {
      if (workspace.isTrusted) void attach();
    }),
  );
  return {
    runs: () => runs.all().map(({ entry }) => entry),
    evaluations: () => evaluations.all().map(({ entry }) => entry),
    metas: () => metas.all().map(({ entry }) => entry),
  };
}
