/**
 * Draws the loss curves of finished runs as an SVG that follows the reader's light or dark theme.
 * Usage: node scripts/figure.mjs OUT.svg LABEL=RUN_FOLDER [LABEL=RUN_FOLDER]
 * Thin: training loss of each step; thick: its moving average; dots: held-out loss.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WIDTH = 880;
const HEIGHT = 360;
const EDGE = { left: 52, right: 130, top: 14, bottom: 40 };
const SMOOTHING = 0.95;
const SERIES = [
  { light: '#0063d3', dark: '#59a4f9', dash: '' },
  { light: '#6b6b6b', dark: '#a8a8a8', dash: '7 4' },
];
const TICKS = [0.1, 0.2, 0.3, 0.5, 0.7, 1, 2, 3, 5];

const [out, ...sources] = process.argv.slice(2);
const runs = sources.map(readRun);
const allLosses = runs.flatMap(({ smooth, heldOut }) =>
  [...smooth, ...heldOut].map(([, loss]) => loss),
);
const top = Math.max(...allLosses) * 1.2;
const bottom = Math.min(...allLosses) * 0.68;
const lastStep = Math.max(...runs.map(({ losses }) => losses.at(-1)[0])) + 1;

const x = (step) => EDGE.left + (step / lastStep) * (WIDTH - EDGE.left - EDGE.right);
const y = (loss) => {
  const share = Math.log(Math.min(top, Math.max(bottom, loss)) / bottom) / Math.log(top / bottom);
  return HEIGHT - EDGE.bottom - share * (HEIGHT - EDGE.top - EDGE.bottom);
};

function readRun(source) {
  const [label, folder] = source.split('=');
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(JSON.parse);
  const losses = lines
    .filter((line) => line.split === undefined)
    .map(({ step, loss }) => [step, loss]);
  const heldOut = lines
    .filter((line) => line.split !== undefined)
    .map(({ step, loss }) => [step, loss]);
  return { label, losses, heldOut, smooth: movingAverage(losses) };
}

/** Exponential average without the pull of its start: each value is a weighted mean of what came so far. */
function movingAverage(losses) {
  let sum = 0;
  let weight = 0;
  return losses.map(([step, loss]) => {
    sum = SMOOTHING * sum + (1 - SMOOTHING) * loss;
    weight = SMOOTHING * weight + (1 - SMOOTHING);
    return [step, sum / weight];
  });
}

function svg() {
  const ends = spread(runs.map(({ smooth }) => y(smooth.at(-1)[1])));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Training loss by step: ${runs
    .map(({ label, smooth }) => `${label} ends at ${smooth.at(-1)[1].toFixed(3)}`)
    .join(', ')}">
<style>
text { font: 12px system-ui, sans-serif; fill: #3b3b3b }
.grid { stroke: #3b3b3b; stroke-opacity: .12 } .axis { stroke: #3b3b3b; stroke-opacity: .4 }
${SERIES.map(({ light }, i) => rules(i, light)).join('\n')}
@media (prefers-color-scheme: dark) {
text { fill: #ccc } .grid, .axis { stroke: #ccc }
${SERIES.map(({ dark }, i) => rules(i, dark)).join('\n')}
}
</style>
${axes()}
${runs.map((run, i) => series(run, i, ends[i])).join('\n')}
</svg>
`;
}

const rules = (i, colour) => `.s${i} { stroke: ${colour} } .f${i} { fill: ${colour} }`;

function axes() {
  const right = WIDTH - EDGE.right;
  const base = HEIGHT - EDGE.bottom;
  const rows = TICKS.filter((tick) => tick > bottom && tick < top).map(
    (tick) =>
      `<line class="grid" x1="${EDGE.left}" x2="${right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text x="${EDGE.left - 8}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${tick}</text>`,
  );
  const columns = [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => {
    const step = Math.round(lastStep * share);
    return `<text x="${x(step).toFixed(1)}" y="${base + 18}" text-anchor="middle">${step.toLocaleString('en')}</text>`;
  });
  return `${rows.join('\n')}
<line class="axis" x1="${EDGE.left}" x2="${right}" y1="${base}" y2="${base}"/>
${columns.join('\n')}
<text x="${(EDGE.left + right) / 2}" y="${HEIGHT - 4}" text-anchor="middle">step</text>
<text x="${EDGE.left + 24}" y="${EDGE.top + 10}">cross-entropy, nats: thin each batch, thick smoothed, dots held out</text>`;
}

function series({ label, losses, heldOut, smooth }, i, labelY) {
  const { dash } = SERIES[i];
  const dashed = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<path class="s${i}" d="${path(losses)}" fill="none" stroke-width="1" stroke-opacity=".22"/>
<path class="s${i}" d="${path(smooth)}" fill="none" stroke-width="2"${dashed}/>
${heldOut.map(([step, loss]) => `<circle class="f${i}" cx="${x(step).toFixed(1)}" cy="${y(loss).toFixed(1)}" r="3"/>`).join('')}
<text class="f${i}" x="${WIDTH - EDGE.right + 8}" y="${(labelY + 4).toFixed(1)}" font-weight="600">${label} ${smooth.at(-1)[1].toFixed(3)}</text>`;
}

const path = (points) =>
  points
    .map(([step, loss], i) => `${i === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(loss).toFixed(1)}`)
    .join('');

/** Moves labels that would overlap apart, keeping their order. */
function spread(positions) {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b]);
  const moved = [...positions];
  for (let k = 1; k < order.length; k++)
    moved[order[k]] = Math.max(moved[order[k]], moved[order[k - 1]] + 16);
  return moved;
}

writeFileSync(out, svg());
