/** Who is who in the speedup chart, with the median, and what the marks mean, with how many there are. */
import { estimateText, shareText } from './summary';
import { displayName } from './input';
import type { ReportInput } from './input';
import { censoredMark, divergedMark, measuredMark, worseMark } from './marks';
import { element, escapeHtml } from './svg';
import type { SpeedupUnit } from './taskOrder';

/** One entry an optimizer: mark, name, median, tasks at or above 1. */
export function legend(input: ReportInput, unit: SpeedupUnit): string {
  const entries = input.score.optimizers.flatMap(({ optimizer, steps, seconds }, series) => {
    const aggregate = unit === 'steps' ? steps : seconds;
    if (aggregate === undefined) return [];
    const name = displayName(input, optimizer);
    const mark = measuredMark({ at: [7, 7], series, radius: 5, filled: series === 0, title: '' });
    const share = `≥ 1×: ${shareText(aggregate.shares[0]!, aggregate)}`;
    return [
      element(
        'span',
        {},
        icon(mark),
        `${escapeHtml(name)} <b>${escapeHtml(estimateText(aggregate.median))}</b> `,
        element('span', { class: 'dim' }, escapeHtml(share)),
      ),
    ];
  });
  return element(
    'div',
    { class: 'legend' },
    element('span', { class: 'dim' }, 'Median'),
    ...entries,
  );
}

/** The kinds of marks, each with its count for the first optimizer, also when that is 0. */
export function markLegend(input: ReportInput): string {
  const { score } = input;
  const front = score.optimizers[0];
  if (front === undefined) return '';
  const { censored, worseThanStart, diverged, withoutBaseline } = front.steps;
  const mark = { at: [7, 8] as const, series: 0, radius: 4, filled: true, title: '' };
  const name = displayName(input, front.optimizer);
  const bar = score.bootstrap.level * 100;
  const entry = (drawn: string, text: string): string =>
    element('span', {}, icon(drawn), escapeHtml(text));
  return element(
    'div',
    { class: 'legend dim' },
    entry(measuredMark(mark), `${name}: mean over seeds, bar = ${bar} % interval`),
    entry(
      censoredMark({ ...mark, at: [7, 11] }),
      `censored, better than all of the baseline: ${censored}`,
    ),
    entry(worseMark(mark), `never below the first loss: ${worseThanStart}`),
    entry(divergedMark(mark), `diverged: ${diverged}`),
    element('span', {}, `without a baseline, not drawn: ${withoutBaseline}`),
  );
}

function icon(mark: string): string {
  return element('svg', { viewBox: '0 0 14 14', 'aria-hidden': 'true' }, mark);
}
