/** A setting in words, with every outcome. */
import type { SweptSetting } from '../../../src/protocol/live/index';
import { KeyValues } from '../../shared/components';
import type { SweepShown } from './useSweep';

export interface SettingTipProps {
  readonly sweep: SweepShown;
  readonly setting: SweptSetting;
}

export function SettingTip({ sweep, setting }: SettingTipProps) {
  const { trainings, diverged } = setting;
  const items = sweep.outcomes.map((axis) => ({
    label: axis.title,
    value: axis.textOf(setting),
  }));
  return (
    <>
      <b>
        {setting.optimizer}, {setting.setting}
      </b>
      <KeyValues
        layout="lines"
        items={[...items, { label: 'diverged', value: `${diverged} of ${trainings}` }]}
      />
    </>
  );
}
