/** From what noise has done to each group of theta to `optimizer.scales` of a config. */
import { configuredFactor, proposeScale, scaleEntries } from '../../core/index';
import type { NoiseEffect } from '../../core/index';
import type { MetaConfig, MetaSensitivity } from '../../protocol/index';
import type { StartTheta } from './startTheta';

/** Of a group that was not played, as none of its numbers learn. */
const NOTHING: NoiseEffect = {
  rise: 0,
  riseError: 0,
  differenceRms: 0,
  differenceMedian: 0,
  diverged: 0,
};

export function proposeScales(
  groups: StartTheta['groups'],
  about: {
    readonly config: MetaConfig;
    readonly start: StartTheta;
    /** By the name of the group, and of noise to which only chaos answers. */
    readonly measured: {
      readonly effects: ReadonlyMap<string, NoiseEffect>;
      readonly floor: NoiseEffect;
    };
    readonly targetRise: number;
  },
): Pick<MetaSensitivity, 'groups' | 'scales'> {
  const { config, start, measured, targetRise } = about;
  const rows = groups.map(({ name, indices }) => {
    const effect = measured.effects.get(name) ?? NOTHING;
    return {
      name,
      size: indices.filter((i) => start.scales[i]! > 0).length,
      now: configuredFactor(config.optimizer.scales, name),
      ...effect,
      ...proposeScale(effect, measured.floor, { targetRise }),
    };
  });
  const factors = new Map(rows.map(({ name, now, factor }) => [name, now * factor]));
  return { groups: rows, scales: scaleEntries(factors) };
}
