/** Runs inside the extension host: each check by its name, results as JSON into the file of VELO_HOST_RESULTS. */
import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { COMMANDS } from '../../src/extension/commands/ids';
import { BUNDLED_WEIGHTS, DEFAULT_WEIGHTS } from '../../src/protocol/bundled';
import type { VeloApi } from '../../src/extension/extension';
import { CHECKS, WATCHED_SECONDS } from './checks';
import { BOWLS_META } from '../support/bowlsMeta';
import type { CheckName, CheckResult } from './checks';
import { growthOf, watchMemory, wordsOf } from './memory';

const EXTENSION = 'velo-lab.velo-lab';
const root = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';

/** Does not come to its end by itself. */
const TINY_META = {
  ...BOWLS_META,
  iterations: 1_000_000,
  validation: { every: 5, tasks: 2, lengths: [20], samples: 8 },
  checkpointEvery: 5,
};

let api: VeloApi;
let startedRunId = '';
let metaId = '';

export async function run(): Promise<void> {
  const results: CheckResult[] = [];
  for (const name of CHECKS) {
    try {
      const note = await checks[name]();
      results.push({ name, ...(typeof note === 'string' ? { note } : {}) });
    } catch (thrown) {
      const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      results.push({ name, error });
    }
    writeFileSync(process.env['VELO_HOST_RESULTS'] ?? '', JSON.stringify(results));
  }
}

const checks: Readonly<Record<CheckName, () => unknown>> = {
  'activates and spawns nothing': async () => {
    const extension = vscode.extensions.getExtension<VeloApi>(EXTENSION);
    assert.ok(extension !== undefined, 'the extension is not there');
    assert.equal(extension.isActive, false, 'it was active before anybody asked');
    const before = { ms: performance.now(), cpu: process.cpuUsage() };
    api = await extension.activate();
    const elapsedMs = performance.now() - before.ms;
    const { user, system } = process.cpuUsage(before.cpu);
    const cpuMs = (user + system) / 1000;
    const note = `activation took ${elapsedMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of it computing`;
    await sleep(500);
    assert.equal(existsSync(join(root(), '.velo', 'engine.json')), false, 'an engine was started');
    return note;
  },

  'registers every command of the table': async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.keys(COMMANDS).filter((id) => !registered.has(id)),
      [],
    );
  },

  'lists 1,000 runs': async () => {
    const before = performance.now();
    await vscode.commands.executeCommand('velo.runs.focus');
    const shownMs = performance.now() - before;
    await until('the first runs', () => api.runs().length > 0);
    const someMs = performance.now() - before;
    await until('1,000 runs', () => api.runs().length >= 1000);
    const elapsedMs = performance.now() - before;
    const again = performance.now();
    await vscode.commands.executeCommand('velo.runs.refresh');
    const refreshMs = performance.now() - again;
    const note = `first runs after ${someMs.toFixed(0)} ms with the start of the engine, all after ${elapsedMs.toFixed(0)} ms, ${shownMs.toFixed(0)} ms of it for opening the view; a refresh took ${refreshMs.toFixed(0)} ms`;
    return note;
  },

  'shows what is wrong with a config, once a line': async () => {
    const uri = await write('cross.velo.json', {
      task: { family: 'rosenbrock' },
      optimizer: { name: 'adam', learningRate: 0.1 },
      earlyStop: { patience: 2 },
    });
    await vscode.window.showTextDocument(uri);
    await until('a problem', () => ours(uri).length > 0);
    assert.match(ours(uri)[0]?.message ?? '', /earlyStop needs held-out data/);

    const wrong = await write('wrong.velo.json', {
      task: { family: 'rosenbrock' },
      optimizer: { name: 'adam', learningRate: -1 },
      numStep: 5,
    });
    await vscode.window.showTextDocument(wrong);
    await until('two problems', () => vscode.languages.getDiagnostics(wrong).length >= 2);
    await sleep(1500);
    const lines = vscode.languages.getDiagnostics(wrong).map(({ range }) => range.start.line);
    assert.equal(new Set(lines).size, lines.length, `lines ${lines.join(', ')}`);
  },

  'offers to mend a misspelt setting': async () => {
    const uri = await write('misspelt.velo.json', {
      task: { family: 'beale' },
      optimizer: { name: 'adam' },
      numStep: 5,
    });
    const document = await vscode.workspace.openTextDocument(uri);
    const offset = document.getText().indexOf('numStep');
    const position = document.positionAt(offset);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      new vscode.Range(position, position.translate(0, 4)),
    );
    const fix = actions.find(({ title }) => title === 'Change to "numSteps"');
    assert.ok(fix?.edit !== undefined, actions.map(({ title }) => title).join());
    await vscode.workspace.applyEdit(fix.edit);
    assert.match(document.getText(), /"numSteps": 5/);
    await document.save();
  },

  'completes weights and data sets': async () => {
    writeFileSync(join(root(), 'mine.safetensors'), '');
    const uri = await write('complete.velo.json', {
      task: { family: 'imageMlp', dataset: '' },
      optimizer: { name: 'velo', weights: '' },
    });
    const weights = await completed(uri, '"weights": "');
    for (const shipped of BUNDLED_WEIGHTS)
      assert.ok(weights.includes(`"${shipped}"`), weights.join());
    assert.ok(weights.includes('"./mine.safetensors"'), weights.join());
    assert.ok((await completed(uri, '"dataset": "')).includes('"fashion-mnist"'));
  },

  'explains a setting on hover': async () => {
    const uri = await write('hover.velo.json', {
      task: { family: 'beale' },
      optimizer: { name: 'adam' },
      numSteps: 5,
    });
    const document = await vscode.workspace.openTextDocument(uri);
    const position = document.positionAt(document.getText().indexOf('numSteps') + 2);
    await until('a hover', async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        uri,
        position,
      );
      return hovers
        .flatMap(({ contents }) => contents)
        .some(
          (text) =>
            text instanceof vscode.MarkdownString && text.value.includes('Number of updates'),
        );
    });
  },

  'offers a training task for each config': async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'velo' });
    const names = tasks.map(({ name }) => name);
    assert.ok(names.includes('train hover.velo.json'), names.join());
    assert.ok(tasks.every(({ problemMatchers }) => problemMatchers[0] === '$velo'));
  },

  'starts a run from a config and sees it finish': async () => {
    const uri = await write('quick.velo.json', {
      task: { family: 'imageMlp', dataset: 'digits8', hidden: [16], batchSize: 32 },
      optimizer: { name: 'velo' },
      numSteps: 120,
    });
    const before = performance.now();
    startedRunId = await vscode.commands.executeCommand<string>('velo.run.start', uri);
    const acceptedMs = performance.now() - before;
    assert.match(startedRunId, /^quick-\d+$/);
    const entry = () => api.runs().find(({ runId }) => runId === startedRunId);
    await until('the end of the run', () => entry()?.state === 'finished', 60_000);
    assert.equal(entry()?.step, 120);
    assert.ok((entry()?.trainLoss ?? 9) < 2.3, `loss ${String(entry()?.trainLoss)}`);
    const lines = readFileSync(join(entry()?.directory ?? '', 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: number; split?: string });
    const steps = lines.flatMap(({ step, split }) => (split === undefined ? step : []));
    assert.deepEqual(steps, [...Array(120).keys()]);
    return `accepted after ${acceptedMs.toFixed(0)} ms, finished after ${(performance.now() - before).toFixed(0)} ms`;
  },

  'opens one training panel for a run': async () => {
    const panels = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(
          ({ input }) =>
            input instanceof vscode.TabInputWebview && input.viewType.includes('velo.training'),
        );
    assert.equal(panels().length, 1);
    const ref = { root: root(), runId: startedRunId };
    await vscode.commands.executeCommand('velo.run.open', ref);
    await vscode.commands.executeCommand('velo.run.open', ref);
    await sleep(500);
    assert.equal(panels().length, 1);
    assert.equal(panels()[0]?.label, 'quick');
  },

  'shows the config of a run, read-only': async () => {
    const ref = { root: root(), runId: startedRunId };
    await vscode.commands.executeCommand('velo.run.openConfig', ref);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'velo-run');
    assert.equal((JSON.parse(document.getText()) as { numSteps: number }).numSteps, 120);
    assert.equal(vscode.workspace.fs.isWritableFileSystem('velo-run'), undefined);
  },

  'duplicates a run into a new file': async () => {
    const ref = { root: root(), runId: startedRunId };
    await vscode.commands.executeCommand('velo.run.duplicate', ref);
    const text = readFileSync(join(root(), 'quick-2.velo.json'), 'utf8');
    assert.equal((JSON.parse(text) as { name: string }).name, 'quick-2');
  },

  'explains a setting of a meta-training on hover': async () => {
    const uri = await write('explained.velo.json', { ...TINY_META, lenghts: 20 });
    const document = await vscode.workspace.openTextDocument(uri);
    const position = document.positionAt(document.getText().indexOf('iterations') + 2);
    await until('a hover', async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        uri,
        position,
      );
      return hovers
        .flatMap(({ contents }) => contents)
        .some(
          (text) =>
            text instanceof vscode.MarkdownString &&
            text.value.includes('Outer iterations; absent'),
        );
    });
    await vscode.window.showTextDocument(document);
    const said = () => vscode.languages.getDiagnostics(uri).map(({ message }) => message);
    await until('a problem', () => said().some((message) => message.includes('lenghts')));
  },

  'starts a meta-training by the play button, stops it, and goes on with it': async () => {
    const uri = await write('tiny.velo.json', TINY_META);
    const id = await vscode.commands.executeCommand<string>('velo.run.start', uri);
    metaId = id;
    assert.match(id, /^tiny-\d+$/);
    const entry = () => api.metas().find(({ metaId }) => metaId === id);
    await until('some outer steps', () => (entry()?.iterations ?? 0) > 4, 60_000);
    const ref = { root: root(), metaId: id };
    await vscode.commands.executeCommand('velo.meta.stop', ref);
    await until('the stop', () => entry()?.state === 'stopped', 60_000);
    const done = entry()?.iterations ?? 0;
    await vscode.commands.executeCommand('velo.meta.resume', ref);
    await until('more outer steps', () => (entry()?.iterations ?? 0) > done + 4, 60_000);
    await vscode.commands.executeCommand('velo.meta.stop', ref);
    await until('the stop', () => entry()?.state === 'stopped', 60_000);
    const labels = (): string[] =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(
          ({ input }) =>
            input instanceof vscode.TabInputWebview && input.viewType.endsWith('velo.meta'),
        )
        .map(({ label }) => label);
    // The workbench takes over a panel's title a moment later.
    await until('one panel under its name', () => labels().join() === id);
    await vscode.commands.executeCommand('velo.metas.focus');
  },

  'trains with a theta, evaluates it, opens it, and saves it': async () => {
    const use = (action: string) =>
      vscode.commands.executeCommand('velo.meta.useTheta', { ...meta(), action, theta: 5 });
    const theta = join(root(), '.velo', 'metatrainings', metaId, 'thetas');
    const file = join(theta, 'iteration-000005.safetensors');
    await use('evaluate');
    const evaluation = vscode.window.activeTextEditor?.document;
    assert.equal(evaluation?.uri.fsPath, join(root(), `${metaId}-5.velo-eval.json`));
    const { optimizers } = JSON.parse(evaluation.getText()) as {
      optimizers: { optimizer: { weights: string } }[];
    };
    assert.equal(join(root(), optimizers[0]?.optimizer.weights ?? ''), file);
    assert.deepEqual(ours(evaluation.uri), []);
    await use('open');
    const shown = () => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    await until('the editor of weights', () => shown() instanceof vscode.TabInputCustom);
    assert.equal((shown() as vscode.TabInputCustom).uri.fsPath, file);
    // Where the dialog stands.
    const target = join(root(), `${metaId}-5.safetensors`);
    await accepting(use('save'), () => existsSync(target));
    await until('all of it', () => readFileSync(target).equals(readFileSync(file)));
    const before = api.runs().length;
    await accepting(use('train'), () => api.runs().length > before);
    const [run] = api.runs();
    assert.match(run?.name ?? '', new RegExp(`${metaId}-5`));
    const ref = { root: root(), runId: run?.runId };
    await vscode.commands.executeCommand('velo.run.stop', ref);
  },

  'compares two thetas': async () => {
    const before = api.runs().length;
    const compared = vscode.commands.executeCommand('velo.meta.compare', {
      ...{ ...meta(), before: 0, after: 5 },
    });
    await accepting(compared, () => api.runs().length >= before + 2);
    const names = api.runs().map(({ name }) => name);
    for (const theta of [0, 5])
      assert.ok(
        names.some((name) => name.includes(`${metaId}-${theta}`)),
        names.slice(0, 4).join(),
      );
    const label = () => vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '';
    await until('the comparison', () => /compar/i.test(label()));
    const started = api.runs().slice(0, 2);
    const refs = started.map(({ runId }) => ({ root: root(), runId }));
    await vscode.commands.executeCommand('velo.run.stop', refs[0], refs);
  },

  'measures the sensitivity of a config, and puts scales into it': async () => {
    const uri = await write('noisy.velo.json', TINY_META);
    await vscode.commands.executeCommand('velo.meta.measure', uri);
    const file = join(root(), 'noisy.velo-sensitivity.json');
    await until('the result', () => existsSync(file), 100_000);
    const found = JSON.parse(readFileSync(file, 'utf8')) as { groups: { name: string }[] };
    assert.ok(found.groups.some(({ name }) => name === 'LSTM'));
    assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab?.label, 'θ of noisy');
    const scales = { LSTM: 0.5 };
    const argument = { root: root(), configPath: uri.fsPath, scales };
    await vscode.commands.executeCommand('velo.meta.applyScales', argument);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.fsPath, uri.fsPath);
    assert.equal(document.isDirty, true);
    assert.deepEqual(JSON.parse(document.getText()), {
      ...TINY_META,
      optimizer: { ...TINY_META.optimizer, scales },
    });
    assert.deepEqual(JSON.parse(readFileSync(uri.fsPath, 'utf8')), TINY_META);
    await document.save();
    // Those of a meta-training come into a copy.
    await vscode.commands.executeCommand('velo.meta.applyScales', { ...meta(), scales });
    const copy = vscode.window.activeTextEditor?.document;
    assert.equal(copy?.isUntitled, true);
    const { optimizer } = JSON.parse(copy.getText()) as { optimizer: { scales: object } };
    assert.deepEqual(optimizer.scales, scales);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  },

  'refuses a config with a problem': async () => {
    const count = api.runs().length;
    const uri = vscode.Uri.file(join(root(), 'wrong.velo.json'));
    const runId = await vscode.commands.executeCommand('velo.run.start', uri);
    assert.equal(runId, undefined);
    assert.equal(api.runs().length, count);
  },

  'deletes nothing without a confirmation': async () => {
    const ref = { root: root(), runId: startedRunId };
    void vscode.commands.executeCommand('velo.run.delete', ref);
    await sleep(1000);
    assert.ok(api.runs().some(({ runId }) => runId === startedRunId));
  },

  'opens the gallery of tasks, once': async () => {
    const panels = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(
          ({ input }) =>
            input instanceof vscode.TabInputWebview && input.viewType.includes('velo.tasks'),
        );
    await vscode.commands.executeCommand('velo.task.open');
    await vscode.commands.executeCommand('velo.task.open', { id: 'beale/beale', task: {} });
    await until('the gallery', () => panels().length > 0);
    assert.deepEqual(
      panels().map(({ label }) => label),
      ['Tasks'],
    );
    await vscode.window.tabGroups.close(panels());
  },

  'writes a config for a task and opens it': async () => {
    const task = { name: 'Bowl, steep', task: { family: 'quadratic', dimension: 3 } };
    await vscode.commands.executeCommand('velo.task.train', { payload: task });
    await vscode.commands.executeCommand('velo.task.train', { payload: task });
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.fsPath, join(root(), 'bowl-steep-2.velo.json'));
    assert.deepEqual(JSON.parse(document.getText()), {
      task: task.task,
      optimizer: { name: 'velo', weights: DEFAULT_WEIGHTS },
      numSteps: 1000,
    });
    assert.deepEqual(ours(document.uri), []);
  },

  'shows what is wrong with a list of layers': async () => {
    const uri = await write('net.velo-task.json', {
      data: { images: 'digits8' },
      layers: [{ layer: 'attention', head: 2 }],
    });
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(document.languageId, 'jsonc');
    await until('a problem', () => vscode.languages.getDiagnostics(uri).length > 0);
    const position = document.positionAt(document.getText().indexOf('"head"') + 1);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      new vscode.Range(position, position.translate(0, 1)),
    );
    const titles = actions.map(({ title }) => title);
    assert.ok(titles.includes('Change to "heads"'), titles.join());
  },

  'makes a task without type errors, which the check accepts': async () => {
    const made = vscode.commands.executeCommand('velo.task.new');
    // The first kind, then the name that is offered.
    for (const wanted of ['my-task.ts', 'my-task.velo.json']) {
      await until(wanted, async () => {
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        return existsSync(join(root(), wanted));
      });
    }
    await made;
    const editor = vscode.window.activeTextEditor;
    const uri = vscode.Uri.file(join(root(), 'my-task.ts'));
    assert.equal(editor?.document.uri.fsPath, uri.fsPath);
    // A mistake is underlined, so the absence of others means something.
    const text = editor.document.getText();
    const wrong = text.replace('params.b2', 'params.b3');
    await replaceText(editor, wrong);
    const errors = (): vscode.Diagnostic[] =>
      vscode.languages
        .getDiagnostics(uri)
        .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
    await until('the mistake', () => errors().length > 0, 60_000);
    assert.match(errors()[0]?.message ?? '', /b3/);
    await replaceText(editor, text);
    await until('it to be mended', () => errors().length === 0, 60_000);
    await editor.document.save();
    const extension = vscode.extensions.getExtension(EXTENSION)?.extensionPath ?? '';
    const args = [join(extension, 'dist', 'cli.cjs'), 'check-task', uri.fsPath, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root() });
    const findings = stdout.trim().split('\n');
    const told = findings.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(told.some(({ what }) => what === 'gradient'));
    assert.deepEqual(
      told.filter(({ isWarning }) => isWarning === true),
      [],
    );
  },

  'keeps its memory over a live run': async () => {
    const uri = await write('long.velo.json', {
      task: { family: 'imageMlp', dataset: 'digits8', hidden: [16], batchSize: 32 },
      optimizer: { name: 'velo' },
      numSteps: 100_000 * WATCHED_SECONDS,
    });
    const runId = await vscode.commands.executeCommand<string>('velo.run.start', uri);
    const entry = () => api.runs().find((run) => run.runId === runId);
    await until('the first steps', () => (entry()?.step ?? 0) > 100);
    assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab?.label, 'long');
    const samples = await watchMemory(WATCHED_SECONDS);
    assert.equal(entry()?.state, 'running', 'it ended before it was watched to the end');
    const steps = entry()?.step ?? 0;
    await vscode.commands.executeCommand('velo.run.stop', { root: root(), runId });
    await until('the end of the run', () => entry()?.state === 'stopped');
    const note = `${wordsOf(samples)}; step ${steps} was reached`;
    assert.ok(growthOf(samples) < MAX_GROWTH_MB, note);
    return note;
  },
};

/** Over two thirds of the time; what a few thousand points of a curve weigh is far less. */
const MAX_GROWTH_MB = 20;

async function write(name: string, config: unknown): Promise<vscode.Uri> {
  const uri = vscode.Uri.file(join(root(), name));
  await vscode.workspace.fs.writeFile(uri, Buffer.from(JSON.stringify(config, null, 2)));
  return uri;
}

const meta = () => ({ root: root(), metaId });

/** Takes whatever a command offers, until it has done what it should. */
async function accepting(command: Thenable<unknown>, isDone: () => boolean): Promise<void> {
  await until(
    'the end of all questions',
    async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await sleep(200);
      return isDone();
    },
    60_000,
  );
  await command;
}

async function replaceText(editor: vscode.TextEditor, text: string): Promise<void> {
  const all = new vscode.Range(0, 0, editor.document.lineCount, 0);
  await editor.edit((edit) => {
    edit.replace(all, text);
  });
}

function ours(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'VeLO');
}

/** Labels offered right behind `before` in a file. */
async function completed(uri: vscode.Uri, before: string): Promise<string[]> {
  const document = await vscode.workspace.openTextDocument(uri);
  const offset = document.getText().indexOf(before) + before.length;
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    uri,
    document.positionAt(offset),
  );
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`${what} did not come within ${timeoutMs} ms`);
    await sleep(20);
  }
}
