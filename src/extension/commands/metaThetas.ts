/** What can be done with the thetas of a meta-training: save, look into, train or evaluate with one, compare two. */
import { copyFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Uri, commands, window } from 'vscode';
import { UserError } from '../../base/index';
import { EVALUATION_SUFFIX, configPath, freeName, writeNewFile } from '../config/configFiles';
import { newConfigText } from '../config/newConfig';
import type { ChosenOptimizer } from '../config/newConfig';
import { newEvaluationText } from '../config/newEvaluation';
import { metaRefOf } from '../metas/metaStore';
import type { MetaRef } from '../metas/metaStore';
import type { ComparisonPanels } from '../panels/comparisonPanel';
import { keyOf } from '../runs/runStore';
import type { Services } from '../services';
import { isObject } from './arguments';
import { entryOf } from './metaCommands';
import { newRun, pickTask } from './newRun';
import { VIEW_TYPES } from './ids';

/** A suite for a look in minutes. */
const SUITE = 'quick-12';

/**
 * @param argument  which meta-training, `action`, and `theta`: the outer iterations before it
 * @param train  starts a config
 */
export async function useTheta(
  services: Services,
  argument: unknown,
  train: (config: Uri) => Promise<string | undefined>,
): Promise<void> {
  const ref = metaRefOf(argument);
  if (ref === undefined || !isObject(argument)) return;
  const optimizer = thetaOf(services, ref, Number(argument['theta']));
  const uri = Uri.file(optimizer.path);
  switch (argument['action']) {
    case 'open':
      await commands.executeCommand('vscode.openWith', uri, VIEW_TYPES.optimizer);
      break;
    case 'save':
      await saveTheta(ref, optimizer);
      break;
    case 'evaluate':
      await evaluateTheta(ref, optimizer);
      break;
    case 'train': {
      const config = await newRun(services, { optimizer });
      if (config !== undefined) await train(config);
    }
  }
}

type Theta = ChosenOptimizer & { readonly path: string };

/** @throws UserError('disk') where its file is gone */
function thetaOf(services: Services, ref: MetaRef, iteration: number): Theta {
  const { directory } = entryOf(services, ref);
  const file = `iteration-${String(iteration).padStart(6, '0')}.safetensors`;
  const path = join(directory, 'thetas', file);
  if (!existsSync(path)) throw new UserError('disk', `${path} is gone`);
  return { source: 'own', name: `${ref.metaId}-${iteration}`, path };
}

async function saveTheta({ root }: MetaRef, { name, path }: Theta): Promise<void> {
  const target = await window.showSaveDialog({
    title: `Save ${name}`,
    defaultUri: Uri.file(join(root, `${name}.safetensors`)),
    filters: { Weights: ['safetensors'] },
  });
  if (target !== undefined) await copyFile(path, target.fsPath);
}

/** Writes a config of an evaluation and opens it; its play button starts it. */
async function evaluateTheta({ root: folder }: MetaRef, optimizer: Theta): Promise<void> {
  const path = configPath(
    folder,
    freeName(optimizer.name, folder, EVALUATION_SUFFIX),
    EVALUATION_SUFFIX,
  );
  const text = newEvaluationText({ suite: SUITE, optimizers: [optimizer], seeds: 2, folder });
  await writeNewFile(path, text);
  await window.showTextDocument(Uri.file(path));
}

const COMPARED_STEPS = 1000;

/** Both train the task that is chosen, and their curves are laid over each other. @param argument  with `before`, `after` */
export async function compareThetas(
  services: Services,
  comparison: ComparisonPanels,
  argument: unknown,
): Promise<void> {
  const ref = metaRefOf(argument);
  if (ref === undefined || !isObject(argument)) return;
  const { root: folder } = ref;
  const engine = services.engines.get(folder);
  const task = await pickTask(engine, 'Compare: Task');
  if (task === undefined) return;
  const keys: string[] = [];
  for (const iteration of [argument['before'], argument['after']]) {
    const optimizer = thetaOf(services, ref, Number(iteration));
    const path = configPath(folder, freeName(`${task.name}-${optimizer.name}`, folder));
    const text = newConfigText({ task: task.task, optimizer, numSteps: COMPARED_STEPS, folder });
    await writeNewFile(path, text);
    const params = { configPath: path, overrides: [] };
    const { runId } = await engine.request('run.start', params, { timeoutMs: 60_000 });
    keys.push(keyOf({ root: folder, runId }));
  }
  await services.runs.load();
  services.checked.replace(keys);
  comparison.open();
}
