/** Where a plan's buffers lie: those that live at different times share their words. */
import type { PlanBuffer, PlanNode } from './nodes';
import { readsOf, writesOf } from './nodes';
import type { BufferId, View } from './view';
import { sameView } from './view';

/** Arrays start at a cache line, and kernels may read past their end: two vectors of sixteen floats. */
const LINE = 16;
const SLACK = 32;

export interface ArenaPlan {
  /** Word of each buffer; -1 for those that nobody touches. */
  readonly places: readonly number[];
  readonly words: number;
}

interface Block {
  readonly buffers: readonly BufferId[];
  readonly words: number;
  readonly from: number;
  readonly to: number;
}

export interface PlacingOptions {
  /** First free word. */
  readonly start: number;
  /** Places of buffers that lie elsewhere already. */
  readonly given: ReadonlyMap<BufferId, number>;
  /** Buffers that lie where another one does. */
  readonly shared: ReadonlyMap<BufferId, BufferId>;
  /** Kept from one run to the next. */
  readonly isPermanent: (buffer: BufferId) => boolean;
}

export function placeBuffers(
  buffers: readonly PlanBuffer[],
  nodes: readonly PlanNode[],
  { start, given, shared, isPermanent }: PlacingOptions,
): ArenaPlan {
  const places = buffers.map((_, id) => given.get(id) ?? -1);
  let end = start;
  for (const [id, { words }] of buffers.entries()) {
    if (places[id] !== -1 || shared.has(id) || !isPermanent(id)) continue;
    places[id] = end;
    end += padded(words);
  }
  for (const [id, owner] of shared) places[id] = places[owner]!;
  const placed = new PlacedBlocks(nodes.length);
  let top = end;
  for (const block of blocksOf(buffers, nodes, places)) {
    const at = firstGap(placed.during(block), block, end);
    placed.add({ ...block, at });
    for (const id of block.buffers) places[id] = at;
    top = Math.max(top, at + padded(block.words));
  }
  return { places, words: top };
}

export function padded(words: number): number {
  return Math.ceil((words + SLACK) / LINE) * LINE;
}

/** Lifetimes, largest first; a map that overwrites its own input shares it. */
function blocksOf(
  buffers: readonly PlanBuffer[],
  nodes: readonly PlanNode[],
  places: readonly number[],
): Block[] {
  const lives = lifetimes(nodes);
  const owner = new Map<BufferId, BufferId>();
  const find = (id: BufferId): BufferId => {
    const parent = owner.get(id);
    return parent === undefined ? id : find(parent);
  };
  const isFree = (id: BufferId): boolean => places[id] === -1;
  nodes.forEach((node, time) => {
    for (const [input, output] of overwrites(node)) {
      const from = find(input);
      const sameSize = buffers[input]!.words === buffers[output]!.words;
      if (!isFree(input) || !isFree(output) || !sameSize) continue;
      const life = lives.get(from)!;
      const next = lives.get(output)!;
      if (life.to !== time || next.from !== time || owner.has(output)) continue;
      owner.set(output, from);
      lives.set(from, { from: life.from, to: next.to });
    }
  });
  const groups = new Map<BufferId, BufferId[]>();
  for (const id of lives.keys()) {
    if (isFree(id)) groups.set(find(id), [...(groups.get(find(id)) ?? []), id]);
  }
  const blocks = [...groups].map(([id, members]) => ({
    buffers: members,
    words: buffers[id]!.words,
    ...lives.get(id)!,
  }));
  return blocks.sort((a, b) => b.words - a.words || a.from - b.from);
}

function lifetimes(nodes: readonly PlanNode[]): Map<BufferId, { from: number; to: number }> {
  const lives = new Map<BufferId, { from: number; to: number }>();
  nodes.forEach((node, time) => {
    for (const { buffer } of [...readsOf(node), ...writesOf(node)]) {
      lives.set(buffer, { from: lives.get(buffer)?.from ?? time, to: time });
    }
  });
  return lives;
}

/** Pairs of an array that a map reads and one that it writes at the same moment. */
function overwrites(node: PlanNode): [BufferId, BufferId][] {
  if (node.kind !== 'map') return [];
  const reads = readsOf(node);
  const stores = node.outputs.flatMap(({ mode, view }) => (mode === 'store' ? [view] : []));
  const taken = new Set<BufferId>();
  return stores.flatMap((view): [BufferId, BufferId][] => {
    const match = reads.find(
      (read) =>
        !taken.has(read.buffer) && readsOnly(reads, read, view) && read.buffer !== view.buffer,
    );
    if (match === undefined) return [];
    taken.add(match.buffer);
    return [[match.buffer, view.buffer]];
  });
}

/** Whether every read of the buffer is of the element that is written at that moment. */
function readsOnly(reads: readonly View[], read: View, written: View): boolean {
  return reads
    .filter(({ buffer }) => buffer === read.buffer)
    .every((one) => sameView({ ...one, buffer: written.buffer }, written));
}

interface PlacedBlock extends Block {
  readonly at: number;
}

/** Nodes of a stretch of time; a block is looked for in those that it lives through. */
const STRETCH = 64;

/** Placed blocks by when they live: in a plan of thousands of nodes most live shortly. */
class PlacedBlocks {
  readonly #stretches: PlacedBlock[][];

  constructor(times: number) {
    this.#stretches = Array.from({ length: Math.floor(times / STRETCH) + 1 }, () => []);
  }

  add(block: PlacedBlock): void {
    for (const stretch of this.#livedThrough(block)) stretch.push(block);
  }

  /** Those that live at some time that the block lives at too. */
  during(block: Block): PlacedBlock[] {
    const found = new Set<PlacedBlock>();
    for (const stretch of this.#livedThrough(block))
      for (const other of stretch)
        if (other.from <= block.to && block.from <= other.to) found.add(other);
    return [...found];
  }

  #livedThrough({ from, to }: Block): PlacedBlock[][] {
    return this.#stretches.slice(Math.floor(from / STRETCH), Math.floor(to / STRETCH) + 1);
  }
}

/** The lowest place, from `start` on, that none of the others takes. */
function firstGap(others: readonly PlacedBlock[], block: Block, start: number): number {
  let at = start;
  for (const other of others.toSorted((a, b) => a.at - b.at)) {
    if (at + padded(block.words) <= other.at) break;
    at = Math.max(at, other.at + padded(other.words));
  }
  return at;
}
