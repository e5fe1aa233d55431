/** The sweeps: every setting that was tried, what it came to, and the curves behind it. */
import { LoadingText, Section } from '../../shared/components';
import { divergedText, variedText } from '../figures/sweepWords';
import { settingsTable } from '../sweepTable';
import { ParallelChart } from './ParallelChart';
import { SettingCurves } from './SettingCurves';
import { SettingTable } from './SettingTable';
import { SweepControls } from './SweepControls';
import { SweepLegend } from './SweepLegend';
import type { SweepShown } from './useSweep';

export interface SweepViewProps {
  readonly sweep: SweepShown;
  readonly isWide: boolean;
}

export function SweepView({ sweep, isWide }: SweepViewProps) {
  const { shown, table, settings, axes, brushed } = sweep;
  const { overview, isOpen, toggle } = shown;
  if (overview.progress.done === 0)
    return <p class="detail-text dim">No training has ended yet: there is no setting to show.</p>;
  if (table === undefined)
    return (
      <>
        <SweepControls sweep={sweep} />
        <div class="detail-text detail-loading" aria-busy="true">
          <LoadingText>Reading every setting</LoadingText>
        </div>
      </>
    );
  const rows = { overview, table, axes };
  return (
    <>
      <SweepControls sweep={sweep} />
      <div class={isWide ? 'speedup-columns' : undefined}>
        <Section
          title="Settings by outcome"
          unit={`${settings.length} ${settings.length === 1 ? 'setting' : 'settings'}, a line for each, ${divergedText(settings)}${variedText(axes)}`}
          table={() => settingsTable({ ...rows, settings })}
          open={isOpen('parallel')}
          onToggle={toggle('parallel')}
        >
          <SweepLegend sweep={sweep} />
          <ParallelChart sweep={sweep} />
        </Section>
        <aside class="detail" aria-label="The curves behind the settings">
          <SettingCurves sweep={sweep} />
        </aside>
      </div>
      <Section
        title="Settings"
        unit={
          brushed.length < settings.length
            ? `${brushed.length} of ${settings.length}, inside of the brushes`
            : `all ${settings.length}`
        }
        table={() => settingsTable({ ...rows, settings: brushed })}
        open={isOpen('settings')}
        onToggle={toggle('settings')}
      >
        <SettingTable sweep={sweep} />
      </Section>
    </>
  );
}
