/** Buttons: with words, with an icon alone, as a link, as a chip that is on or off. */
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon';
import { Swatch, type SwatchDash } from './Swatch';

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  /** `primary` once per place. Default secondary. */
  readonly kind?: 'primary' | 'secondary' | 'link' | undefined;
  readonly icon?: IconName | undefined;
  readonly disabled?: boolean | undefined;
  readonly title?: string | undefined;
}

export function Button({
  children,
  onClick,
  kind = 'secondary',
  icon,
  disabled,
  title,
}: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      onClick={onClick}
      disabled={disabled}
      title={title}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span class="ellipsis">{children}</span>
    </button>
  );
}

export interface IconButtonProps {
  readonly icon: IconName;
  /** Its name; also the tooltip unless there is a longer one. */
  readonly label: string;
  readonly title?: string | undefined;
  readonly onClick: () => void;
  readonly disabled?: boolean | undefined;
  /** For a button that stays pressed. */
  readonly pressed?: boolean | undefined;
}

export function IconButton({ icon, label, title, onClick, disabled, pressed }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={title ?? label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

export interface ChipProps {
  readonly label: string;
  readonly on: boolean;
  readonly onToggle: (on: boolean) => void;
  /** Swatch of the line that it shows or hides; token or CSS colour. */
  readonly color?: string | undefined;
  readonly dash?: SwatchDash | undefined;
  readonly title?: string | undefined;
}

export function Chip({ label, on, onToggle, color, dash, title }: ChipProps) {
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={on}
      title={title ?? label}
      onClick={() => {
        onToggle(!on);
      }}
    >
      {color !== undefined && <Swatch color={color} dash={dash} />}
      <span class="ellipsis">{label}</span>
    </button>
  );
}
