/** A temporary workspace and a small run for the tests of storage. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parseRunConfigText } from '../../../src/protocol/index';
import type { RunConfig, RunEnvironment, RunSummary } from '../../../src/protocol/index';
import type { NewRun } from '../../../src/storage/index';

/** A fresh folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'velo-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export function exampleConfig(name = 'valley'): RunConfig {
  const input = { name, task: { family: 'beale' }, optimizer: { name: 'adam' }, numSteps: 10 };
  return parseRunConfigText(JSON.stringify(input));
}

const ENVIRONMENT: RunEnvironment = {
  version: '0.1.0',
  startedAt: '2026-11-24T12:00:00.000Z',
  node: 'v20.20.2',
  platform: 'linux x64',
  device: 'cpu',
};

export const SUMMARY: RunSummary = {
  state: 'running',
  step: 0,
  numSteps: 10,
  trainLoss: null,
  seconds: 0,
  msPerStep: null,
};

export function exampleRun(name?: string): NewRun {
  return { config: exampleConfig(name), environment: ENVIRONMENT, summary: SUMMARY };
}

/** A checkpoint whose numbers tell its step. */
export function exampleCheckpoint(step: number) {
  const data = new Float32Array([step, step + 0.5]);
  return { step, tensors: { x: { shape: [2], data } }, metadata: { progress: `at ${step}` } };
}

/** What node throws when a system call fails. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: failed`), { code, errno: -1, syscall: 'write' });
}

/** A real file system of so many kB; undefined where this process may not mount one. */
export function tinyDisk(sizeKb: number): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = temporaryFolder();
  const flags = ['-t', 'tmpfs', '-o', `size=${sizeKb}k`, 'tmpfs', folder];
  if (spawnSync('/bin/mount', flags).status !== 0) return undefined;
  onTestFinished(() => {
    spawnSync('/bin/umount', [folder]);
  });
  return folder;
}
