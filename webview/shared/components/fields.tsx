/** Choices: a group of segments, a list, a slider, a number. */
import { useId } from 'preact/hooks';

export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly title?: string | undefined;
}

export interface SegmentedProps<Value extends string> {
  /** Its name for assistive technology, or the visible one with `showLabel`. */
  readonly label: string;
  readonly showLabel?: boolean | undefined;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** One of two to four, all visible: a radio group; arrow keys choose. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const { label, showLabel = false, options, value, onChange } = props;
  const id = useId();
  const group = (
    <span
      class="segmented"
      role="radiogroup"
      aria-labelledby={showLabel ? id : undefined}
      aria-label={showLabel ? undefined : label}
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          title={option.title}
          onClick={() => {
            onChange(option.value);
          }}
          onKeyDown={(event) => {
            chooseByKey(event, options, value, onChange);
          }}
        >
          {option.label}
        </button>
      ))}
    </span>
  );
  return showLabel ? (
    <span class="field">
      <span id={id}>{label}</span>
      {group}
    </span>
  ) : (
    group
  );
}

function chooseByKey<Value extends string>(
  event: KeyboardEvent & { readonly currentTarget: HTMLElement },
  options: readonly Option<Value>[],
  value: Value,
  onChange: (value: Value) => void,
): void {
  const distance = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (distance === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const at = options.findIndex((option) => option.value === value);
  const next = (at + distance + options.length) % options.length;
  const chosen = options[next];
  if (chosen === undefined) return;
  onChange(chosen.value);
  const button = event.currentTarget.parentElement?.children[next];
  if (button instanceof HTMLElement) button.focus();
}

export interface SelectProps<Value extends string> {
  readonly label: string;
  readonly showLabel?: boolean | undefined;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** One of many: the platform's own list. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, showLabel = false, options, value, onChange } = props;
  return (
    <label class="field">
      <span class={showLabel ? undefined : 'hidden-text'}>{label}</span>
      <select
        value={value}
        title={options.find((option) => option.value === value)?.label}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.currentTarget.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

export interface SliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
  /** The value as text beside it; as wide at its longest. */
  readonly format?: ((value: number) => string) | undefined;
}

export function Slider({ label, min, max, step, value, onChange, format = String }: SliderProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={format(value)}
        onInput={(event) => {
          onChange(event.currentTarget.valueAsNumber);
        }}
      />
      <output class="slider-value">{format(value)}</output>
    </label>
  );
}

export interface NumberFieldProps {
  readonly label: string;
  /** Undefined: empty. */
  readonly value: number | undefined;
  /** Called when a number (or nothing) was entered, on Enter or when the field is left. */
  readonly onChange: (value: number | undefined) => void;
  readonly placeholder?: string | undefined;
}

export function NumberField({ label, value, onChange, placeholder }: NumberFieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        step="any"
        value={value ?? ''}
        placeholder={placeholder}
        onChange={(event) => {
          const { value: text, valueAsNumber } = event.currentTarget;
          onChange(text === '' || Number.isNaN(valueAsNumber) ? undefined : valueAsNumber);
        }}
      />
    </label>
  );
}
