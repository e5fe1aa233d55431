/** The settings `velo.*`, decoded. What may be set, and its defaults for the editor, stands in package.json. */
import * as z from 'zod/mini';

/** Every setting by its name without `velo.`, with what it decodes to; anything unusable becomes the default. */
export const SETTINGS = {
  'engine.maxRunning': z.catch(z.int().check(z.minimum(1), z.maximum(64)), 1),
  'engine.nodePath': z.catch(z.string(), ''),
  'run.openPanel': z.catch(z.boolean(), true),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type SettingValue<N extends SettingName> = z.output<(typeof SETTINGS)[N]>;

/** What gives the raw value of a setting: `workspace.getConfiguration('velo')`. */
export interface SettingsSource {
  get(name: string): unknown;
}

/** The value of a setting as of now. */
export function readSetting<N extends SettingName>(
  source: SettingsSource,
  name: N,
): SettingValue<N> {
  return SETTINGS[name].parse(source.get(name)) as SettingValue<N>;
}
