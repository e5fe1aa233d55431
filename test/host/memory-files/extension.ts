/** A file system on no disk, `memory:/…`, read-only; its files stand in the setting `memoryFiles.files`: path to text. */
import * as vscode from 'vscode';

export function activate({ subscriptions }: vscode.ExtensionContext): void {
  const settings = vscode.workspace.getConfiguration('memoryFiles');
  const files = settings.get<Readonly<Record<string, string>>>('files') ?? {};
  const options = { isReadonly: true };
  subscriptions.push(
    vscode.workspace.registerFileSystemProvider('memory', providerOf(files), options),
  );
}

function providerOf(files: Readonly<Record<string, string>>): vscode.FileSystemProvider {
  const bytesOf = ({ path }: vscode.Uri): Uint8Array => {
    const text = files[path];
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(path);
    return new TextEncoder().encode(text);
  };
  const namesIn = ({ path }: vscode.Uri): string[] =>
    Object.keys(files).flatMap((file) =>
      file.startsWith(`${path}/`) ? file.slice(path.length + 1) : [],
    );
  return {
    onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
    watch: () => new vscode.Disposable(() => undefined),
    stat: (uri) => {
      const times = { ctime: 0, mtime: 0 };
      return namesIn(uri).length > 0
        ? { type: vscode.FileType.Directory, size: 0, ...times }
        : { type: vscode.FileType.File, size: bytesOf(uri).length, ...times };
    },
    readDirectory: (uri) => namesIn(uri).map((name) => [name, vscode.FileType.File]),
    readFile: bytesOf,
    // VS Code insists on them all.
    ...{ createDirectory: refuse, writeFile: refuse, delete: refuse, rename: refuse },
  };
}

function refuse(): never {
  throw vscode.FileSystemError.NoPermissions('read-only');
}
