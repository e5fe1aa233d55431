/** What the colours of the lines mean, and how many of them the brushes let through. */
import { Button, ColorBar, Swatch } from '../../shared/components';
import { divergedText } from '../figures/sweepWords';
import type { SweepShown } from './useSweep';

export function SweepLegend({ sweep }: { readonly sweep: SweepShown }) {
  const { settings, brushed, color, choices, act } = sweep;
  const ends = color.range.map((value) => color.format(value));
  const [worst = '', best = ''] = color.better === 'low' ? ends.toReversed() : ends;
  const isBrushed = Object.keys(choices.brushes).length > 0;
  return (
    <ul class="chart-counts dim small sweep-legend">
      <li>
        {color.title}: <ColorBar token="--velo-ramp" from={worst} to={best} /> the best
        {color.key === 'meanRank' && ' among the settings of its optimizer'}
      </li>
      <li>
        <Swatch color="--velo-bad" dash="dash" /> {divergedText(settings)}, with a seed or on a task
      </li>
      <li aria-live="polite">
        {isBrushed ? `${brushed.length} of ${settings.length} inside of the brushes` : ''}
      </li>
      {isBrushed && (
        <li>
          <Button
            onClick={() => {
              act({ type: 'clear' });
            }}
          >
            Clear brushes
          </Button>
        </li>
      )}
    </ul>
  );
}
