/** By steps or seconds, as the sorted chart or as profiles; or the sweeps. */
import { Segmented } from '../../shared/components';
import type { ViewChoices } from '../view';

export interface ControlsProps {
  readonly choices: ViewChoices;
  readonly baseline: string;
  readonly onChange: (changes: Partial<ViewChoices>) => void;
}

export function Controls({ choices, baseline, onChange }: ControlsProps) {
  return (
    <div class="view-controls">
      {choices.chart !== 'sweep' && (
        <Segmented
          label="Speedup in"
          showLabel
          options={[
            {
              value: 'steps',
              label: 'Steps',
              title: `Steps of ${baseline} over own steps to the same loss`,
            },
            { value: 'seconds', label: 'Seconds', title: "The optimizer's overhead included" },
          ]}
          value={choices.unit}
          onChange={(unit) => {
            onChange({ unit });
          }}
        />
      )}{' '}
      <Segmented
        label="Chart"
        showLabel
        options={[
          { value: 'sorted', label: 'Sorted', title: 'Each optimizer’s tasks by its own speedup' },
          {
            value: 'profile',
            label: 'Profile',
            title: 'Share of tasks within a factor of the best optimizer',
          },
          { value: 'sweep', label: 'Sweep', title: 'Every setting that was tried' },
        ]}
        value={choices.chart}
        onChange={(chart) => {
          onChange({ chart });
        }}
      />
      <span class="spring" />
      {choices.chart === 'sweep' ? (
        <span class="dim small wide-only">
          drag along an axis to brush it, its name to move it, click the name to flip it
        </span>
      ) : (
        <span class="dim small wide-only">
          <kbd>↑</kbd> <kbd>↓</kbd> next task <kbd>[</kbd> <kbd>]</kbd> next optimizer{' '}
          <kbd>Enter</kbd> train it <kbd>T</kbd> table
        </span>
      )}{' '}
    </div>
  );
}
