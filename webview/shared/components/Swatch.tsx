/** A short piece of a line as legends, chips and tables show it. */
export type SwatchDash = 'solid' | 'dot' | 'dash' | 'longdash' | 'dashdot' | 'longdashdot';

export interface SwatchProps {
  /** A token (`--velo-series1`) or any CSS colour. */
  readonly color: string;
  readonly dash?: SwatchDash | undefined;
  /** A filled box instead of a line, for bands and bars. */
  readonly box?: boolean | undefined;
}

const PATTERNS: Readonly<Record<SwatchDash, string | undefined>> = {
  solid: undefined,
  dot: '2 2',
  dash: '5 3',
  longdash: '7 2',
  dashdot: '5 2 2 2',
  longdashdot: '7 2 2 2',
};

export function Swatch({ color, dash = 'solid', box = false }: SwatchProps) {
  const css = color.startsWith('--') ? `var(${color})` : color;
  return (
    <svg class="swatch" width="16" height="8" aria-hidden="true" style={{ color: css }}>
      {box ? (
        <rect x="2" y="0" width="12" height="8" fill="currentColor" />
      ) : (
        <line
          x1="0"
          x2="16"
          y1="4"
          y2="4"
          stroke="currentColor"
          stroke-width="2"
          stroke-dasharray={PATTERNS[dash]}
        />
      )}
    </svg>
  );
}
