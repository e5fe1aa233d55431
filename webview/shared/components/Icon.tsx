/** A codicon. Always hidden from assistive technology: what it means stands beside it or in the button's name. */
import { px } from '../px';
import { ICONS, type IconName } from './icons';

export type { IconName } from './icons';

export interface IconProps {
  readonly name: IconName;
  /** Turns while something is under way; stands still under reduced motion. */
  readonly spin?: boolean | undefined;
  /** Pixels. Default 16. */
  readonly size?: number | undefined;
}

export function Icon({ name, spin = false, size = 16 }: IconProps) {
  return (
    <span class={spin ? 'icon spin' : 'icon'} style={{ fontSize: px(size) }} aria-hidden="true">
      {ICONS[name]}
    </span>
  );
}
