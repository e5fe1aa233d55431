/** The options of a family with this task's values: what is not the default stands out. */
import type { ShownTask, TaskOption } from '../../../src/protocol/live/index';
import { valueText } from '../words';

export interface OptionsProps {
  readonly options: readonly TaskOption[];
  readonly task: ShownTask['task'];
}

export function Options({ options, task }: OptionsProps) {
  if (options.length === 0) return <p class="options-none dim">This family has no options.</p>;
  return (
    <dl class="options">
      {options.map((option) => (
        <Option key={option.name} option={option} value={task[option.name]} />
      ))}
    </dl>
  );
}

function Option({ option, value }: { readonly option: TaskOption; readonly value: unknown }) {
  const { name, type, summary } = option;
  const text = valueText(value);
  const fallback = option.default;
  const isDefault = text === fallback || JSON.stringify(value) === fallback?.replaceAll(', ', ',');
  return (
    <div class="option">
      <dt>
        <span class="mono">{name}</span>
        <span class={isDefault ? 'mono dim' : 'mono option-own'}>{text}</span>
      </dt>
      <dd class="dim small">
        {summary} <span class="option-type">{type}</span>
        {!isDefault && fallback !== undefined && `; default ${fallback}`}
      </dd>
    </div>
  );
}
