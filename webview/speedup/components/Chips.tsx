/** The optimizers with what they reach over all tasks; a click brings one to the front. */
import { factorText } from '../figures/words';
import type { Shown } from './useShown';
import { MarkIcon } from './MarkIcon';

export function Chips({ shown }: { readonly shown: Shown }) {
  const { overview, looks, choices, chosen, change } = shown;
  return (
    <div class="chips" role="group" aria-label="Optimizers">
      <span class="dim">Median</span>
      {overview.optimizers.map(({ label, description, [choices.unit]: aggregate }, index) => {
        const isFront = index === chosen.front;
        const atLeast = aggregate.atLeast.find(({ factor }) => factor === 1)?.tasks ?? 0;
        return (
          <button
            key={label}
            type="button"
            class="optimizer-chip"
            aria-pressed={isFront}
            title={`${label}: ${description}`}
            onClick={() => {
              change({ front: label });
            }}
          >
            <MarkIcon {...looks[index]!} hollow={!isFront} />
            <span class="ellipsis">{label}</span>
            <b>{factorText(aggregate.median)}</b>
            <span class="dim">
              ≥ 1×: {atLeast} of {aggregate.tasks}
            </span>
          </button>
        );
      })}
    </div>
  );
}
