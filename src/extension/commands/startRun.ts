/** "VeLO: Train": runs the `*.velo.json` file at hand in a terminal, through the command line. */
import { dirname } from 'node:path';
import {
  ProcessExecution,
  Task,
  TaskRevealKind,
  TaskScope,
  tasks,
  Uri,
  window,
  workspace,
} from 'vscode';

/**
 * Starts a training as a VS Code task, so that it has a terminal with live progress and can be terminated.
 * @param resource  the file that a menu was opened on; the active editor's file when absent
 */
export async function startRun(cliPath: string, resource: unknown): Promise<void> {
  const config = await savedConfig(resource instanceof Uri ? resource : undefined);
  const folder = workspace.getWorkspaceFolder(config);
  const task = new Task(
    { type: 'velo', config: config.fsPath },
    folder ?? TaskScope.Workspace,
    workspace.asRelativePath(config),
    'VeLO',
    new ProcessExecution(process.execPath, [cliPath, 'train', config.fsPath], {
      cwd: folder?.uri.fsPath ?? dirname(config.fsPath),
      // In the desktop app process.execPath is Electron; this makes it behave as plain Node.
      env: { ELECTRON_RUN_AS_NODE: '1' },
    }),
  );
  task.presentationOptions = { reveal: TaskRevealKind.Always, clear: true };
  await tasks.executeTask(task);
}

async function savedConfig(resource: Uri | undefined): Promise<Uri> {
  const config = resource ?? window.activeTextEditor?.document.uri;
  if (config?.scheme !== 'file' || !config.path.endsWith('.velo.json'))
    throw new Error('VeLO: Train needs a *.velo.json file: open one and try again.');
  const open = workspace.textDocuments.find(({ uri }) => uri.toString() === config.toString());
  await open?.save();
  return config;
}
