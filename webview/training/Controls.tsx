/** The row below the header: step axis, smoothing, runs laid over. */
import { Button, Chip, Segmented, Slider } from '../shared/components';
import { overlayStyles } from './figures/overlays';
import { strokeColor } from './paint';
import type { Panel } from './panel';
import { toggled } from './view';

/** More chips than this would fill the row; the rest is behind "Runs…". */
const MOST_CHIPS = 5;

export function Controls({ panel }: { readonly panel: Panel }) {
  const { view, change, axis, post, track } = panel;
  return (
    <div class="view-controls">
      <Segmented
        label="Step axis"
        showLabel
        options={[
          { value: 'linear', label: 'Linear' },
          { value: 'log', label: 'Log' },
        ]}
        value={view.stepAxis}
        onChange={(stepAxis) => {
          change({ stepAxis });
        }}
      />
      <Slider
        label="Smoothing"
        min={0}
        max={0.99}
        step={0.01}
        value={view.smoothing}
        format={(value) => value.toFixed(2)}
        onChange={(smoothing) => {
          change({ smoothing });
        }}
      />
      {axis.breakpoint !== 'narrow' && <OverlayChips panel={panel} />}
      <Button
        kind="link"
        onClick={() => {
          post({ type: 'pickOverlays' });
        }}
      >
        Runs…
      </Button>
      <span class="spring" />
      {view.range && (
        <Button
          kind="link"
          onClick={() => {
            track.onReset?.();
          }}
        >
          Reset zoom
        </Button>
      )}
      <span class="dim small wide-only">
        <kbd>←</kbd> <kbd>→</kbd> move the cursor <kbd>Esc</kbd> follow the run
      </span>
    </div>
  );
}

/** Checked runs first, then others that could be laid over. */
function OverlayChips({ panel }: { readonly panel: Panel }) {
  const { data, post } = panel;
  const { shown, available, run } = data;
  const others = available.filter(({ runId }) => runId !== run.runId);
  const first = shown.flatMap((id) => others.filter(({ runId }) => runId === id));
  const rest = others.filter(({ runId }) => !shown.includes(runId));
  const chips = [...first, ...rest].slice(0, Math.max(MOST_CHIPS, 0));
  const styles = overlayStyles(first);
  if (chips.length === 0) return null;
  return (
    <span class="overlays" role="group" aria-label="Runs laid over">
      <span class="dim">Overlay</span>
      {chips.map((entry) => {
        const style = styles.find(({ runId }) => runId === entry.runId);
        return (
          <Chip
            key={entry.runId}
            label={entry.name}
            title={`${entry.name}: ${entry.optimizer}, ${entry.task}`}
            on={style !== undefined}
            color={style ? strokeColor(style.stroke) : '--velo-fg-2'}
            dash={style?.dash}
            onToggle={() => {
              post({ type: 'overlays', runIds: toggled(shown, entry.runId) });
            }}
          />
        );
      })}
    </span>
  );
}
