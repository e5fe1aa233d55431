/** Runs plans by the parts of their nodes, one after the other in one arena. */
import { expect } from 'vitest';
import { sizeOf } from '../../src/base/index';
import type { NamedArrays } from '../../src/base/index';
import type { Arena, KernelRuntime } from '../../src/core/compute/kernelRuntime';
import { padded } from '../../src/core/compute/plan/arena';
import { Assembler, assemble } from '../../src/core/compute/plan/assemble';
import { readsOf, writesOf } from '../../src/core/compute/plan/nodes';
import type { PlanNode } from '../../src/core/compute/plan/nodes';
import type { Plan } from '../../src/core/compute/plan/plan';
import { floatsAt, writeConstants } from '../../src/core/compute/plan/planRun';
import {
  planStages,
  threadWorkspace,
  threadWorkspaceWords,
} from '../../src/core/compute/plan/split/planStages';
import type { splitNode } from '../../src/core/compute/plan/split/splitNode';
import type { View } from '../../src/core/compute/plan/view';

type Split = typeof splitNode;

/** Not a number, which no result is made from. */
const POISON = 0x7fc0beef;

export class SplitRun {
  readonly #plan: Plan;
  readonly #runtime: KernelRuntime;
  readonly #arena: Arena;
  /** First word of the further workspaces and of programs. */
  readonly #workspaces: number;
  readonly #program: number;

  constructor(plan: Plan, runtime: KernelRuntime, inputs: NamedArrays, threads: number) {
    const { setup, step } = assemble(plan, runtime);
    this.#plan = plan;
    this.#runtime = runtime;
    this.#workspaces = padded(plan.words);
    this.#program = this.#workspaces + threadWorkspaceWords(plan, threads);
    // Parts have more instructions than the whole, each at most as long.
    const room = padded(Math.max(setup.length, 2 * threads * step.length));
    this.#arena = runtime.allocate(this.#program + room);
    writeConstants(plan, this.#arena);
    this.#run(setup);
    for (const [name, array] of Object.entries(plan.inputs)) {
      if (array.place >= 0) floatsAt(this.#arena, array).set(inputs[name]!.data);
    }
    this.#arena.i32.set([3, 1, 4, 0], plan.key);
  }

  /** The bits of all outputs after a run of the whole plan. */
  whole(): Int32Array[] {
    this.#run(assemble(this.#plan, this.#runtime).step);
    return this.#outputs();
  }

  /** The same by parts, those of each stage from the first to the last thread or the other way. */
  byParts(threads: number, split: Split, order: 'forwards' | 'backwards'): Int32Array[] {
    const room = { count: threads, workspaces: this.#workspaces };
    for (const stage of planStages(this.#plan, this.#runtime, room, split)) {
      for (const code of order === 'forwards' ? stage : [...stage].reverse()) this.#run(code);
    }
    return this.#outputs();
  }

  /**
   * Goes through the plan and runs each part alone too, on what was there before its stage and once more with poison
   * wherever its node reads nothing: parts must write to words of their own, all of them the node's, and the same both
   * times.
   */
  checkOwnership(threads: number, split: Split): void {
    const assembler = new Assembler(this.#plan, this.#runtime);
    for (const node of this.#plan.step) {
      const parts = split(node, threads);
      if (parts !== undefined) this.#checkParts(node, parts, assembler);
      this.#run(assembler.node(node));
    }
  }

  #checkParts(node: PlanNode, parts: readonly PlanNode[], assembler: Assembler): void {
    const before = this.#arena.i32.slice(0, this.#program);
    const reads = this.#wordsOf(readsOf(node));
    const poisoned = new Int32Array(before.length).fill(POISON);
    for (const word of reads) poisoned[word] = before[word]!;
    // The generator's key is no view.
    poisoned.set(before.subarray(this.#plan.key, this.#plan.key + 4), this.#plan.key);
    const own = this.#wordsOf(writesOf(node));
    const owners = new Map<number, number>();
    parts.forEach((part, thread) => {
      const workspace = threadWorkspace(this.#plan, this.#workspaces, thread);
      const code = assembler.node(part, workspace);
      const after = this.#after(before, code);
      const afterPoison = this.#after(poisoned, code);
      for (let word = 0; word < before.length; word++) {
        const isWritten = after[word] !== before[word] || afterPoison[word] !== poisoned[word];
        if (!isWritten || isInside(word, workspace.place, padded(workspace.words))) continue;
        const where = `word ${word}, part ${thread} of ${node.kind}`;
        if (!own.has(word)) expect.fail(`${where}: written outside the outputs`);
        if (after[word] !== afterPoison[word]) expect.fail(`${where}: reads what is not given`);
        if (owners.has(word)) expect.fail(`${where}: part ${owners.get(word)!} writes there too`);
        owners.set(word, thread);
      }
    });
    this.#arena.i32.set(before);
  }

  #after(state: Int32Array, code: readonly number[]): Int32Array {
    this.#arena.i32.set(state);
    this.#run(code);
    return this.#arena.i32.slice(0, this.#program);
  }

  #run(code: readonly number[]): void {
    this.#arena.i32.set(code, this.#program);
    this.#arena.run(this.#program, code.length);
  }

  #outputs(): Int32Array[] {
    return Object.values(this.#plan.outputs).map(({ place, shape }) =>
      this.#arena.i32.slice(place, place + sizeOf(shape)),
    );
  }

  #wordsOf(views: readonly View[]): Set<number> {
    const words = new Set<number>();
    for (const { buffer, offset, shape, strides } of views) {
      const walk = (axis: number, at: number): void => {
        if (axis === shape.length) words.add(at);
        else
          for (let i = 0; i < shape[axis]!; i++) {
            walk(axis + 1, at + i * strides[axis]!);
            if (strides[axis] === 0) return;
          }
      };
      walk(0, this.#plan.places[buffer]! + offset);
    }
    return words;
  }
}

function isInside(word: number, place: number, words: number): boolean {
  return word >= place && word < place + words;
}
