/** Which node of a plan needs which: kept while nodes are merged and put in order. */
import { invariant } from '../../../base/index';
import type { PlanBuffer, PlanNode } from './nodes';
import { buffersOf, readsOf, writesOf } from './nodes';
import type { BufferId } from './view';

/** Outputs that are to lie where an input lies: by buffer. */
export type Aliases = ReadonlyMap<BufferId, BufferId>;

interface Entry {
  readonly reads: ReadonlySet<BufferId>;
  readonly writes: ReadonlySet<BufferId>;
  /** Places of its first and last part in the order in which the nodes came. */
  readonly first: number;
  readonly last: number;
}

const NOBODY: ReadonlySet<PlanNode> = new Set();

export class NodeGraph {
  readonly buffers: readonly PlanBuffer[];
  readonly #aliases: Aliases;
  readonly #entries = new Map<PlanNode, Entry>();
  /** In the order in which they came. */
  readonly #writers = new Map<BufferId, PlanNode[]>();
  readonly #readers = new Map<BufferId, Set<PlanNode>>();
  /** The last place of a node and of all that it needs, directly or not, or more. */
  readonly #reach = new Map<PlanNode, number>();

  constructor(buffers: readonly PlanBuffer[], nodes: readonly PlanNode[], aliases: Aliases) {
    this.buffers = buffers;
    this.#aliases = aliases;
    nodes.forEach((node, place) => {
      this.#add(node, place, place);
    });
    for (const node of nodes) this.#spreadReach(node);
  }

  get nodes(): PlanNode[] {
    return [...this.#entries.keys()];
  }

  has(node: PlanNode): boolean {
    return this.#entries.has(node);
  }

  writers(buffer: BufferId): readonly PlanNode[] {
    return this.#writers.get(buffer) ?? [];
  }

  readers(buffer: BufferId): ReadonlySet<PlanNode> {
    return this.#readers.get(buffer) ?? NOBODY;
  }

  /** The nodes that must have run before. */
  needs(node: PlanNode, aliases = this.#aliases): Set<PlanNode> {
    const { reads, writes } = this.#entry(node);
    const needed = new Set<PlanNode>();
    for (const buffer of reads) {
      for (const writer of this.writers(buffer)) {
        if (writer === node) break;
        needed.add(writer);
      }
    }
    // What overwrites an input comes after all who read it.
    for (const buffer of writes) {
      const overwritten = aliases.get(buffer);
      if (overwritten === undefined) continue;
      for (const reader of this.readers(overwritten)) needed.add(reader);
    }
    needed.delete(node);
    return needed;
  }

  /** Whether `to` would still run after `from` if something else had to run between them. */
  isApart(from: PlanNode, to: PlanNode): boolean {
    const earliest = this.#entry(from).first;
    const seen = new Set<PlanNode>();
    const pending = [...this.needs(to)].filter((node) => node !== from);
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      if (node === from) return true;
      if (this.#reach.get(node)! >= earliest) pending.push(...this.needs(node));
    }
    return false;
  }

  /** Puts one node in the place of several. */
  replace(old: readonly PlanNode[], merged: PlanNode): void {
    const entries = old.map((node) => this.#entry(node));
    const reaches = old.map((node) => this.#reach.get(node)!);
    for (const node of old) this.#remove(node);
    this.#add(
      merged,
      Math.min(...entries.map(({ first }) => first)),
      Math.max(...entries.map(({ last }) => last)),
      Math.max(...reaches),
    );
    this.#spreadReach(merged);
  }

  /**
   * An order in which every node comes after those it needs, as close to theirs as possible.
   * @returns it with the outputs that it makes in their inputs' places; others would have to be read after they are gone
   */
  inOrder(): { readonly order: PlanNode[]; readonly direct: Aliases } {
    const order = this.#sorted(this.#aliases);
    if (order !== undefined) return { order, direct: this.#aliases };
    const direct = new Map<BufferId, BufferId>();
    for (const [output, input] of this.#aliases) {
      if (this.#sorted(direct.set(output, input)) === undefined) direct.delete(output);
    }
    const found = this.#sorted(direct);
    invariant(found !== undefined, 'a plan whose nodes wait for each other');
    return { order: found, direct };
  }

  #sorted(aliases: Aliases): PlanNode[] | undefined {
    const order: PlanNode[] = [];
    const done = new Set<PlanNode>();
    const open = new Set<PlanNode>();
    const visit = (node: PlanNode): boolean => {
      if (done.has(node)) return true;
      if (open.has(node)) return false;
      open.add(node);
      const needed = [...this.needs(node, aliases)].sort(
        (a, b) => this.#entry(a).first - this.#entry(b).first,
      );
      if (!needed.every(visit)) return false;
      open.delete(node);
      done.add(node);
      order.push(node);
      return true;
    };
    const all = this.nodes.sort((a, b) => this.#entry(a).last - this.#entry(b).last);
    return all.every(visit) ? order : undefined;
  }

  #entry(node: PlanNode): Entry {
    return this.#entries.get(node)!;
  }

  /** Who needs a node reaches at least as far. */
  #spreadReach(start: PlanNode): void {
    const pending = [start];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      const reach = this.#reach.get(node)!;
      this.#forDependents(node, (other) => {
        if (this.#reach.get(other)! >= reach) return;
        this.#reach.set(other, reach);
        pending.push(other);
      });
    }
  }

  /** Visits the nodes that need this one, and perhaps a few more; without lists, of which most are empty or long. */
  #forDependents(node: PlanNode, visit: (other: PlanNode) => void): void {
    const { reads, writes } = this.#entry(node);
    for (const buffer of writes) this.readers(buffer).forEach(visit);
    for (const [output, input] of this.#aliases)
      if (reads.has(input)) this.writers(output).forEach(visit);
  }

  #add(node: PlanNode, first: number, last: number, reach = last): void {
    const reads = buffersOf(readsOf(node));
    const writes = buffersOf(writesOf(node));
    this.#entries.set(node, { reads, writes, first, last });
    this.#reach.set(node, reach);
    for (const buffer of reads) {
      const readers = this.#readers.get(buffer) ?? new Set();
      this.#readers.set(buffer, readers.add(node));
    }
    for (const buffer of writes) {
      const writers = [...this.writers(buffer), node];
      // By their first parts: a map keeps its place before the products that add to what it made, whatever joins it.
      writers.sort((a, b) => this.#entry(a).first - this.#entry(b).first);
      this.#writers.set(buffer, writers);
    }
  }

  #remove(node: PlanNode): void {
    const { reads, writes } = this.#entry(node);
    for (const buffer of reads) this.#readers.get(buffer)?.delete(node);
    for (const buffer of writes) {
      this.#writers.set(
        buffer,
        this.writers(buffer).filter((other) => other !== node),
      );
    }
    this.#entries.delete(node);
    this.#reach.delete(node);
  }
}
