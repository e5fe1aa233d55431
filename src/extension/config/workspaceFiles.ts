/** Files of the workspace that configs can name: learned weights, and folders with images. */
import { dirname } from 'node:path';
import { workspace } from 'vscode';
import type { Uri } from 'vscode';
import { EVALUATION_SUFFIX } from './configFiles';

/** Checkpoints of runs are no weights. */
const IGNORED = '{**/node_modules/**,**/.velo/**,**/.git/**}';
const MAX_FILES = 200;

/** Absolute paths of the workspace's *.safetensors, in order. */
export async function weightFiles(): Promise<string[]> {
  const files = await workspace.findFiles('**/*.safetensors', IGNORED, MAX_FILES);
  return files
    .filter(({ scheme }) => scheme === 'file')
    .map(({ fsPath }) => fsPath)
    .sort();
}

/** Absolute paths of folders with images in idx format, in order. */
export async function imageFolders(): Promise<string[]> {
  const files = await workspace.findFiles('**/*-images-idx3-ubyte*', IGNORED, MAX_FILES);
  const folders = files
    .filter(({ scheme }) => scheme === 'file')
    .map(({ fsPath }) => dirname(fsPath));
  return [...new Set(folders)].sort();
}

/** The workspace's *.velo-eval.json, in order. */
export async function evaluationConfigs(): Promise<Uri[]> {
  const files = await workspace.findFiles(`**/*${EVALUATION_SUFFIX}`, IGNORED, MAX_FILES);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
