/** Names, groups and line styles of the tensors of a network. */
import type { TracedTensor } from '../../../src/protocol/live/index';
import type { Grouping } from '../view';
import type { Dash, Stroke } from './paint';

/** More tensors than this are shown by layer. */
const MANY_TENSORS = 8;

/** Rows of the distributions: one tensor, or several added up. */
export interface TensorGroup {
  readonly key: string;
  readonly label: string;
  /** Indices of the tensors in it. */
  readonly members: readonly number[];
  /** Whether it can be opened to its tensors, and is. */
  readonly state: 'tensor' | 'closed' | 'open';
  /** Whether it stands below its opened group. */
  readonly isMember?: boolean | undefined;
}

/** `layer0/w` → `layer0`; a name without a slash is its own layer. */
export function layerOf(name: string): string {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? name : name.slice(0, slash);
}

/** `layer0/w` → `w`. */
export function kindOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** `layer0/w` → `l0/w`, `dense1/kernel` → `d1/k`: for narrow panels. */
export function shortName(name: string): string {
  return name
    .split('/')
    .map((part) => part.slice(0, 1) + (/\d+$/.exec(part)?.[0] ?? ''))
    .join('/');
}

export function elementsOf({ shape }: TracedTensor): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The layers in the order of the tensors. */
export function layersOf(tensors: readonly TracedTensor[]): string[] {
  return [...new Set(tensors.map(({ name }) => layerOf(name)))];
}

/** Hue says the layer, dots say that it is a bias; many layers are an ordered quantity and take the ramp. */
export function tensorStroke(tensors: readonly TracedTensor[], index: number): Stroke {
  const layers = layersOf(tensors);
  const layer = layers.indexOf(layerOf(tensors[index]?.name ?? ''));
  return layers.length <= 5 ? { series: layer + 1 } : { ramp: layer / (layers.length - 1) };
}

export function tensorDash(tensor: TracedTensor | undefined): Dash {
  return tensor !== undefined && isBias(tensor) ? 'dot' : 'solid';
}

function isBias({ name, shape }: TracedTensor): boolean {
  return /^b(ias)?\d*$/.test(kindOf(name)) && shape.length <= 1;
}

/** Rows for a grouping; opened groups are followed by their tensors. */
export function groupTensors(
  tensors: readonly TracedTensor[],
  grouping: Grouping,
  opened: readonly string[],
): TensorGroup[] {
  const effective = effectiveGrouping(tensors.length, grouping);
  if (effective === 'none') return tensors.map((_, index) => single(tensors, index));
  const keyOf = effective === 'layer' ? layerOf : kindOf;
  const groups = new Map<string, number[]>();
  tensors.forEach(({ name }, index) => {
    const key = keyOf(name);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  return [...groups].flatMap(([label, members]) => {
    const [first] = members;
    if (members.length === 1 && first !== undefined) return [single(tensors, first)];
    const key = `${effective}:${label}`;
    const open = opened.includes(key);
    const group: TensorGroup = { key, label, members, state: open ? 'open' : 'closed' };
    if (!open) return [group];
    return [group, ...members.map((index) => ({ ...single(tensors, index), isMember: true }))];
  });
}

export function effectiveGrouping(
  tensorCount: number,
  grouping: Grouping,
): Exclude<Grouping, 'auto'> {
  if (grouping !== 'auto') return grouping;
  return tensorCount > MANY_TENSORS ? 'layer' : 'none';
}

function single(tensors: readonly TracedTensor[], index: number): TensorGroup {
  const label = tensors[index]?.name ?? '';
  return { key: `tensor:${label}`, label, members: [index], state: 'tensor' };
}
