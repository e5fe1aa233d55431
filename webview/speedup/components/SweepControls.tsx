/** Which task and whose settings are shown, and what colours them. */
import { Select } from '../../shared/components';
import type { SweepShown } from './useSweep';

/** Values of lists are texts; no task and no optimizer is called like this. */
const ALL = '\u0000';

export function SweepControls({ sweep }: { readonly sweep: SweepShown }) {
  const { shown, swept, optimizer, task, outcomes, color, act } = sweep;
  const { tasks } = shown.overview;
  const choose = (changes: Partial<SweepShown['choices']>) => {
    act({ type: 'choose', changes });
  };
  const named = (name: string) => ({ value: name, label: name });
  return (
    <div class="view-controls sweep-controls">
      <Select
        label="Task"
        showLabel
        options={[
          { value: ALL, label: `All ${tasks.length} tasks` },
          ...tasks.map(({ name }) => named(name)),
        ]}
        value={task === undefined ? ALL : (tasks[task]?.name ?? ALL)}
        onChange={(value) => {
          choose({ task: value === ALL ? null : value });
        }}
      />
      <Select
        label="Settings of"
        showLabel
        options={[...swept.map(named), { value: ALL, label: 'All optimizers' }]}
        value={optimizer ?? ALL}
        onChange={(value) => {
          choose({ optimizer: value === ALL ? null : value });
        }}
      />
      <Select
        label="Colour"
        showLabel
        options={outcomes.map(({ key, title }) => ({ value: key, label: title }))}
        value={color.key}
        onChange={(key) => {
          choose({ color: key, sort: undefined });
        }}
      />
    </div>
  );
}
