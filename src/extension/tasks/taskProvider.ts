/**
 * Tasks of type `velo`: a training as `tasks.json` can run it, through the command line in a terminal, with VS Code's own
 * Node. It ends with the terminal, unlike a run that the engine carries.
 */
import { basename, isAbsolute, join } from 'node:path';
import { ProcessExecution, Task, TaskGroup, TaskScope, tasks, workspace } from 'vscode';
import type { TaskDefinition, WorkspaceFolder } from 'vscode';
import * as z from 'zod/mini';
import type { Disposable } from '../../base/index';
import { CONFIG_SUFFIX } from '../config/configFiles';
import { readSetting } from '../settings';

const definitionSchema = z.object({
  type: z.literal('velo'),
  config: z.optional(z.string()),
  resume: z.optional(z.string()),
});
type VeloDefinition = z.output<typeof definitionSchema>;

const MAX_TASKS = 100;

/** @param cliPath  dist/cli.cjs */
export function registerTasks(cliPath: string): Disposable {
  return tasks.registerTaskProvider('velo', {
    provideTasks: () => provided(cliPath),
    resolveTask: (task) => {
      const definition = definitionSchema.safeParse(task.definition);
      if (!definition.success) return undefined;
      const scope = task.scope ?? TaskScope.Workspace;
      // VS Code insists on the very definition that it handed over.
      return taskOf(task.definition, definition.data, scope, cliPath);
    },
  });
}

async function provided(cliPath: string): Promise<Task[]> {
  const files = await workspace.findFiles(
    `**/*${CONFIG_SUFFIX}`,
    '{**/node_modules/**,**/.velo/**}',
    MAX_TASKS,
  );
  return files.flatMap((uri) => {
    const folder = workspace.getWorkspaceFolder(uri);
    if (folder === undefined || uri.scheme !== 'file') return [];
    const config = workspace.asRelativePath(uri, false);
    const definition: VeloDefinition = { type: 'velo', config };
    return taskOf(definition, definition, folder, cliPath) ?? [];
  });
}

function taskOf(
  original: TaskDefinition,
  definition: VeloDefinition,
  scope: WorkspaceFolder | TaskScope.Global | TaskScope.Workspace,
  cliPath: string,
): Task | undefined {
  const args = argumentsOf(definition);
  if (args === undefined) return undefined;
  const nodePath = readSetting(workspace.getConfiguration('velo'), 'engine.nodePath');
  const execution = new ProcessExecution(
    nodePath === '' ? process.execPath : nodePath,
    [cliPath, ...args],
    {
      ...(typeof scope === 'object' ? { cwd: scope.uri.fsPath } : {}),
      // In the desktop app process.execPath is Electron; this makes it behave as plain Node.
      env: { ELECTRON_RUN_AS_NODE: '1' },
    },
  );
  const task = new Task(original, scope, nameOf(definition), 'velo', execution, '$velo');
  task.group = TaskGroup.Build;
  task.detail = definition.resume === undefined ? 'Train in a terminal' : 'Resume in a terminal';
  return task;
}

function argumentsOf({ config, resume }: VeloDefinition): string[] | undefined {
  if (resume !== undefined) return ['resume', resume];
  return config === undefined ? undefined : ['train', config];
}

function nameOf({ config, resume }: VeloDefinition): string {
  if (resume !== undefined) return `resume ${isAbsolute(resume) ? basename(resume) : resume}`;
  return `train ${join(config ?? '')}`;
}
