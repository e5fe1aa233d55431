/** What a command is about: menus hand over tree nodes, panels hand over references, the palette nothing. */
import { Uri } from 'vscode';
import type { RunRef } from '../runs/runStore';

/** The runs that a command was called on: with several selected in the tree, all of them. */
export function runRefs(first: unknown, selected: unknown, inTree: readonly RunRef[]): RunRef[] {
  const several = Array.isArray(selected) ? (selected as unknown[]).filter(isRunRef) : [];
  if (several.length > 0) return several;
  if (isRunRef(first)) return [first];
  return [...inTree];
}

function isRunRef(value: unknown): value is RunRef {
  return isObject(value) && typeof value['root'] === 'string' && typeof value['runId'] === 'string';
}

/** The file that a menu was opened on. */
export function uriOf(value: unknown): Uri | undefined {
  return value instanceof Uri ? value : undefined;
}

/** What a node of the other trees is about, or the argument itself. */
export function payloadOf(value: unknown): unknown {
  return isObject(value) && 'payload' in value ? value['payload'] : value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
