/** Tells menus whether the active editor shows the config of a meta-training: their names are those of runs. */
import { commands, window, workspace } from 'vscode';
import { Disposable } from 'vscode';
import { CONFIG_SUFFIX } from './configFiles';

const IS_META = /"kind"\s*:\s*"metatrain"/;

export function followMetaConfigs(): Disposable {
  let told: boolean | undefined;
  const tell = (): void => {
    const document = window.activeTextEditor?.document;
    const isMeta =
      document?.uri.path.endsWith(CONFIG_SUFFIX) === true && IS_META.test(document.getText());
    if (isMeta === told) return;
    told = isMeta;
    void commands.executeCommand('setContext', 'velo.isMetaConfig', isMeta);
  };
  tell();
  return Disposable.from(
    window.onDidChangeActiveTextEditor(tell),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document === window.activeTextEditor?.document) tell();
    }),
  );
}
