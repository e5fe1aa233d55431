/** The key of a heat-map: its palette between the two values at its ends. */
import { Canvas } from '../canvas';
import { type PaletteToken, paletteColor } from '../theme';

export interface ColorBarProps {
  readonly token: PaletteToken;
  /** Text at the ends: `0` and `≥ 12 %`. */
  readonly from: string;
  readonly to: string;
  readonly width?: number | undefined;
}

const HEIGHT = 8;

export function ColorBar({ token, from, to, width = 72 }: ColorBarProps) {
  return (
    <span class="color-bar">
      <span>{from}</span>
      <Canvas
        width={width}
        height={HEIGHT}
        urgent={[token]}
        draw={(context, size) => {
          for (let x = 0; x < size.width; x++) {
            context.fillStyle = paletteColor(token, x / (size.width - 1));
            context.fillRect(x, 0, 1, size.height);
          }
        }}
      />
      <span>{to}</span>
    </span>
  );
}
