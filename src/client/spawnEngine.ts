/** Starts an engine as a process of its own, which outlives the one that starts it. */
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { EngineOptions } from './engine';

/** The engine's exit code where another one serves the folder already. */
const ALREADY_SERVED = 3;

export interface SpawnedEngine {
  /** Why it ended, where it ended other than because another engine was first. */
  readonly failure: string | undefined;
  readonly hasEnded: boolean;
}

export function spawnEngine({
  root,
  viewed,
  enginePath,
  execPath,
  isTrusted,
  log,
}: EngineOptions): SpawnedEngine {
  const view = viewed === undefined ? [] : ['--view', viewed];
  const args = [enginePath, root, ...(isTrusted ? ['--trusted'] : []), ...view];
  const child = spawn(execPath ?? process.execPath, args, {
    cwd: root,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: engineEnvironment(),
  });
  const state = { failure: undefined as string | undefined, hasEnded: false };
  const said: string[] = [];
  child.on('error', (error) => {
    state.hasEnded = true;
    state.failure = error.message;
  });
  child.on('exit', (code, signal) => {
    state.hasEnded = true;
    if (code === 0 || code === ALREADY_SERVED) return;
    state.failure = said.at(-1) ?? `it ended with ${signal ?? `code ${code ?? 0}`}`;
  });
  createInterface(child.stderr).on('line', (line) => {
    if (said.length < 20) said.push(line);
    log('error', `engine: ${line}`);
  });
  // Neither the process nor what it says keeps this one alive.
  child.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
  return state;
}

/** Without what would make it an editor, or a program that waits for a debugger. */
function engineEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  delete env['NODE_OPTIONS'];
  delete env['VSCODE_INSPECTOR_OPTIONS'];
  return env;
}
