/** Names of the rows in the left edge of the distributions: choose a tensor, open or close a group. */
import { Icon } from '../../shared/components';
import { count, shape } from '../../shared/format';
import { px } from '../../shared/px';
import { elementsOf, shortName } from '../figures/tensors';
import type { TensorGroup } from '../figures/tensors';
import type { Trace } from '../model/trace';
import { chosenTensor } from '../panel';
import type { Panel } from '../panel';
import { toggled } from '../view';

interface LabelProps {
  readonly panel: Panel;
  readonly trace: Trace;
  readonly group: TensorGroup;
}

interface RowLabelsProps extends Omit<LabelProps, 'group'> {
  readonly groups: readonly TensorGroup[];
  /** Pixels from one row to the next. */
  readonly pitch: number;
}

export function RowLabels({ panel, trace, groups, pitch }: RowLabelsProps) {
  const { left } = panel.axis.gutters;
  return (
    <ul class="row-labels" style={{ width: px(left - 4) }}>
      {groups.map((group) => (
        <li key={group.key} style={{ height: px(pitch) }}>
          <RowLabel panel={panel} trace={trace} group={group} />
        </li>
      ))}
    </ul>
  );
}

export function RowLabel({ panel, trace, group }: LabelProps) {
  const { view, change, data } = panel;
  const narrow = panel.axis.breakpoint === 'narrow';
  const isGroup = group.state !== 'tensor';
  const isChosen = !isGroup && group.members.includes(chosenTensor(data, view));
  const text = narrow ? shortName(group.label) : group.label;
  return (
    <button
      type="button"
      class={['row-label', isChosen && 'chosen', group.isMember && 'member']
        .filter(Boolean)
        .join(' ')}
      title={titleOf(group, trace)}
      {...(isGroup ? { 'aria-expanded': group.state === 'open' } : { 'aria-pressed': isChosen })}
      onClick={() => {
        if (isGroup) change({ opened: toggled(view.opened, group.key) });
        else change({ tensor: group.members[0] ?? 0 });
      }}
    >
      {isGroup && (
        <Icon name={group.state === 'open' ? 'chevron-down' : 'chevron-right'} size={12} />
      )}
      <span class="row-name">
        <span class="ellipsis">{text}</span>
        {!narrow && <span class="row-shape ellipsis">{detailOf(group, trace.meta)}</span>}
      </span>
    </button>
  );
}

function detailOf({ members, state }: TensorGroup, meta: Trace['meta']): string {
  const [first] = members;
  if (state !== 'tensor') return `${members.length} tensors`;
  return first === undefined ? '' : shape(meta.tensors[first]?.shape ?? []);
}

function titleOf(group: TensorGroup, { meta }: Trace): string {
  const elements = group.members.reduce((sum, tensor) => {
    const spec = meta.tensors[tensor];
    return sum + (spec ? elementsOf(spec) : 0);
  }, 0);
  return `${group.label}: ${detailOf(group, meta)}, ${count(elements)} elements`;
}
