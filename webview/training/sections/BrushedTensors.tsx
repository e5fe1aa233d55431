/** Which tensors have most elements in the range of sizes that was dragged out, at the cursor. */
import { IconButton } from '../../shared/components';
import { count, integer, num, percent } from '../../shared/format';
import { useCursorStep } from '../../shared/track';
import { rangeSizes, tensorsInRange } from '../figures/distributions';
import type { BinRange } from '../figures/histograms';
import { snapshotAt } from '../figures/multiplier';
import type { Distribution, Trace } from '../model/trace';
import { chosenTensor } from '../panel';
import type { Panel } from '../panel';

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
  readonly distribution: Distribution;
  readonly bins: BinRange;
  readonly onClose: () => void;
}

const MOST = 8;

export function BrushedTensors({ panel, trace, distribution, bins, onClose }: Props) {
  const { data, view, change } = panel;
  const step = useCursorStep(panel.cursor);
  const snapshot = Math.min(distribution.length - 1, snapshotAt(trace.steps, step));
  const found = snapshot < 0 ? [] : tensorsInRange(distribution, trace.meta, snapshot, bins);
  const [low, high] = rangeSizes(bins);
  return (
    <div class="brushed" role="group" aria-label="Tensors with elements in the chosen range">
      <span class="dim">
        |{distribution.quantity}| {num(low, 2)} – {num(high, 2)} at step{' '}
        {integer(trace.steps[snapshot] ?? step)}:
      </span>
      {found.length === 0 && <span>no elements</span>}
      {found.slice(0, MOST).map(({ tensor, name, share, elements }) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-pressed={tensor === chosenTensor(data, view)}
          title={`${count(elements)} elements of ${name}`}
          onClick={() => {
            change({ tensor });
          }}
        >
          {name} <b>{count(elements)}</b> <span class="dim">{percent(share)}</span>
        </button>
      ))}
      {found.length > MOST && <span class="dim">and {integer(found.length - MOST)} more</span>}
      <IconButton icon="close" label="Clear the range" onClick={onClose} />
    </div>
  );
}
