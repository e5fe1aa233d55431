/** Palettes: a few stops spread evenly over 256 entries, mixed in OKLab, where equal steps look equal (Ottosson 2020). */

type Triple = readonly [number, number, number];

/**
 * A table of 256 RGBA entries through the stops, the first and the last at its ends.
 * @param stops  at least two; channels in [0, 255], opacity is taken as 1
 */
export function mixStops(stops: readonly (readonly number[])[]): Uint8Array {
  const labs = stops.map(([red = 0, green = 0, blue = 0]) => toLab([red, green, blue]));
  const table = new Uint8Array(1024);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (labs.length - 1);
    const left = Math.min(labs.length - 2, Math.floor(at));
    const mixed = mix(labs[left]!, labs[left + 1]!, at - left);
    table.set([...toRgb(mixed), 255], i * 4);
  }
  return table;
}

function mix(a: Triple, b: Triple, share: number): Triple {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

function toLinear(channel: number): number {
  const x = channel / 255;
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
}

function fromLinear(x: number): number {
  const y = x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
  return Math.min(255, Math.max(0, Math.round(y * 255)));
}

function toLab(rgb: Triple): Triple {
  const red = toLinear(rgb[0]);
  const green = toLinear(rgb[1]);
  const blue = toLinear(rgb[2]);
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toRgb([lightness, a, b]: Triple): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    fromLinear(Math.max(0, 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)),
    fromLinear(Math.max(0, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)),
    fromLinear(Math.max(0, -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)),
  ];
}
