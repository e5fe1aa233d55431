/** Which losses, along which axis, how smooth, and the target. */
import { NumberField, Segmented, Slider } from '../../shared/components';
import type { Comparison } from '../rows';
import type { ViewChoices } from '../view';

export interface ControlsProps {
  readonly comparison: Comparison;
  readonly choices: ViewChoices;
  readonly onChange: (changes: Partial<ViewChoices>) => void;
  readonly onTarget: (target: number | undefined) => void;
}

const MAX_SMOOTHING = 0.99;

export function Controls({ comparison, choices, onChange, onTarget }: ControlsProps) {
  const { quantity, target, hasHeldOut } = comparison;
  return (
    <div class="view-controls">
      <Segmented
        label="Loss"
        showLabel
        options={[
          {
            value: 'heldOut',
            label: 'Held-out',
            ...(hasHeldOut ? {} : { title: 'No run was evaluated on held-out data' }),
          },
          { value: 'train', label: 'Train' },
        ]}
        value={quantity}
        onChange={(value) => {
          onChange({ quantity: value });
        }}
      />
      <Segmented
        label="By"
        showLabel
        options={[
          { value: 'step', label: 'Step' },
          { value: 'seconds', label: 'Seconds', title: 'Time spent training, optimizer included' },
        ]}
        value={choices.axis}
        onChange={(axis) => {
          onChange({ axis });
        }}
      />
      <NumberField label="Target loss" value={target} onChange={onTarget} />
      {quantity === 'train' && (
        <Slider
          label="Smoothing"
          min={0}
          max={MAX_SMOOTHING}
          step={0.01}
          value={choices.smoothing}
          format={(value) => value.toFixed(2)}
          onChange={(smoothing) => {
            onChange({ smoothing });
          }}
        />
      )}
      <span class="spring" />
      <span class="dim small wide-only">drag the target line, or type it</span>
    </div>
  );
}
