/**
 * Which line of a task made a call, read from the stack as text: the innermost frame that belongs neither to tfjs
 * nor to this folder. Engines without such stacks give no line.
 */

/** Frames of errors during a capture: layers of tfjs-layers call each other a few dozen frames deep. */
const DEPTH = 60;
/** Frames looked at for each kernel call: writing them out is what a capture spends most of its time on. */
const SHALLOW = 20;

/** A property of V8 that the standard library's types don't have. */
const limited = Error as unknown as { stackTraceLimit: number };

/** Names that tfjs gives to its operations: `matMul__op`. */
const OPERATION = /([A-Za-z0-9]+)__op/;
const LOCATION = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()]+?):(\d+):\d+\)?$/;

const ownFile = locate(new Error().stack?.split('\n')[1] ?? '')?.file ?? '';
/** `…/compute/`, or '' in a bundle, where this file is the whole program. */
const ownFolder = /^(.*\/compute\/)capture\/origin\.[jt]s$/.exec(ownFile)?.[1] ?? '';

export interface TaskCall {
  /** `file:line` of the task, when it is known. */
  readonly line?: string;
  /** The operation of tfjs that the task called: `matMul`. */
  readonly operation?: string;
}

/** What the task called, seen from the stack of the caller or from `stack`. */
export function taskCall(stack: string | undefined = new Error().stack): TaskCall {
  let operation: string | undefined;
  let insideTfjs = false;
  for (const frame of frames(stack)) {
    if (frame.includes('__op')) operation = OPERATION.exec(frame)?.[1];
    if (isTfjs(frame)) {
      insideTfjs = true;
    } else if (isOwn(frame)) {
      // Below this frame is the caller of the capture, not the task.
      if (insideTfjs && ownFolder !== '' && frame.includes(`${ownFolder}capture/capture.`)) break;
    } else {
      const line = locate(frame);
      if (line !== undefined) return { ...named(operation), line: `${line.file}:${line.line}` };
    }
  }
  return named(operation);
}

function named(operation: string | undefined): TaskCall {
  return operation === undefined ? {} : { operation };
}

/** Runs `run` with stacks deep enough for `taskCall`. */
export function withDeepStacks<T>(run: () => T): T {
  return withStacks(DEPTH, run);
}

/** `taskCall().line`, unless the task is many calls away. */
export function nearTaskLine(): string | undefined {
  return taskCall(withStacks(SHALLOW, () => new Error().stack)).line;
}

function withStacks<T>(depth: number, run: () => T): T {
  const before = limited.stackTraceLimit;
  limited.stackTraceLimit = depth;
  try {
    return run();
  } finally {
    limited.stackTraceLimit = before;
  }
}

function* frames(stack: string | undefined): Generator<string> {
  for (const line of stack?.split('\n') ?? []) {
    if (line.startsWith('    at ')) yield line;
  }
}

/** By the package's folder, or by that of its sources where a source map leads there. */
function isTfjs(frame: string): boolean {
  return frame.includes('@tensorflow') || frame.includes('/tfjs-core/src/');
}

function isOwn(frame: string): boolean {
  if (frame.includes('node:') || frame.includes('<anonymous>')) return true;
  return ownFile !== '' && frame.includes(ownFolder === '' ? ownFile : ownFolder);
}

function locate(frame: string): { file: string; line: string } | undefined {
  const found = LOCATION.exec(frame);
  if (found === null) return undefined;
  const [, file = '', line = ''] = found;
  return { file: file.replace(/^file:\/\//, '').replace(/\?.*$/, ''), line };
}
