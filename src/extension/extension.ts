/** Composition root of the VS Code extension: registers the commands and nothing else. */
import { commands, type ExtensionContext, window } from 'vscode';
import { startRun } from './commands/startRun';

export function activate(context: ExtensionContext): void {
  const cliPath = context.asAbsolutePath('dist/cli.cjs');
  context.subscriptions.push(
    commands.registerCommand('velo.run.start', async (resource?: unknown) => {
      try {
        await startRun(cliPath, resource);
      } catch (error) {
        void window.showErrorMessage(error instanceof Error ? error.message : String(error));
      }
    }),
  );
}
