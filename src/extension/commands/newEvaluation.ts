/** "VeLO: New Evaluation…": asks for suite, optimizers, seeds and name, writes NAME.velo-eval.json and opens it. */
import { ThemeIcon, Uri, window } from 'vscode';
import type { Engine } from '../../client/index';
import { EVALUATION_SUFFIX, configPath, freeName, nameProblem } from '../config/configFiles';
import { writeNewFile } from '../config/configFiles';
import type { ChosenOptimizer } from '../config/newConfig';
import { newEvaluationText } from '../config/newEvaluation';
import { formatCount } from '../format';
import type { Services } from '../services';
import { chooseFolder, optimizerItems } from './newRun';

const TITLE = 'New Evaluation';

export async function newEvaluation({ engines }: Services): Promise<void> {
  const folder = await chooseFolder();
  if (folder === undefined) return;
  const engine = engines.get(folder);
  const suite = await pickSuite(engine);
  if (suite === undefined) return;
  const optimizers = await pickOptimizers(engine);
  if (optimizers === undefined || optimizers.length === 0) return;
  const seeds = await pickSeeds();
  if (seeds === undefined) return;
  const name = await askName(suite, folder);
  if (name === undefined) return;
  const path = configPath(folder, name, EVALUATION_SUFFIX);
  await writeNewFile(path, newEvaluationText({ suite, optimizers, seeds, folder }));
  await window.showTextDocument(Uri.file(path));
}

async function pickSuite(engine: Engine): Promise<string | undefined> {
  const items = engine.request('suites.list', {}).then(({ suites }) =>
    suites.map(({ name, summary, tasks, steps }) => ({
      label: name,
      description: `${tasks} tasks, ${formatCount(steps)} steps each`,
      detail: summary,
      iconPath: new ThemeIcon('library'),
    })),
  );
  const placeHolder = 'On which tasks the optimizers are measured';
  const chosen = await window.showQuickPick(items, { title: `${TITLE}: Suite`, placeHolder });
  return chosen?.label;
}

async function pickOptimizers(engine: Engine): Promise<ChosenOptimizer[] | undefined> {
  const items = optimizerItems(engine).then((all) => {
    const first = all.find(({ value }) => value !== undefined);
    return all.map((item) => ({ ...item, picked: item === first }));
  });
  const chosen = await window.showQuickPick(items, {
    title: `${TITLE}: Optimizers`,
    placeHolder: 'Which optimizers are measured with tuned Adam; baselines are tuned like it',
    canPickMany: true,
    matchOnDescription: true,
  });
  return chosen?.flatMap(({ value }) => value ?? []);
}

const SEEDS = [
  { seeds: 1, words: 'no intervals' },
  { seeds: 2, words: 'the default' },
  { seeds: 3, words: 'better intervals, half as long again' },
  { seeds: 5, words: 'for a claim that others should believe' },
] as const;

async function pickSeeds(): Promise<number | undefined> {
  const items = SEEDS.map(({ seeds, words }) => ({
    label: String(seeds),
    description: words,
    seeds,
  }));
  const placeHolder = 'How many trainings of each setting';
  const chosen = await window.showQuickPick(items, { title: `${TITLE}: Seeds`, placeHolder });
  return chosen?.seeds;
}

async function askName(suite: string, folder: string): Promise<string | undefined> {
  const name = await window.showInputBox({
    title: `${TITLE}: Name`,
    prompt: `The config is written to NAME${EVALUATION_SUFFIX} and opened; its play button starts it`,
    value: freeName(suite, folder, EVALUATION_SUFFIX),
    validateInput: (text) => nameProblem(text, folder, EVALUATION_SUFFIX),
  });
  return name?.trim();
}
