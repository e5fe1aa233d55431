/** The view's numbers in words. Pure. */
import type { MetaValidationEntry } from '../../../src/protocol/live/index';
import type { KeyValue } from '../../shared/components';
import { indexAt } from '../../shared/curves';
import { count, duration, integer, num, percent, times } from '../../shared/format';
import type { MetaData } from '../model';
import { bestOf } from '../model';
import { throughputOf } from './iterations';
import { validationAt } from './validations';

/** −22 % for 0.78, +5 % for 1.05. */
export function changeText(ratio: number): string {
  if (!Number.isFinite(ratio)) return '–';
  const change = Math.round((ratio - 1) * 100);
  if (change === 0) return '±0\u2009%';
  return `${change < 0 ? '\u2212' : '+'}${integer(Math.abs(change))}\u2009%`;
}

export function headerItems(data: MetaData): KeyValue[] {
  const { entry, plan, validations } = data;
  const last = validations.at(-1);
  const best = bestOf(data);
  const isLive = entry.secondsLeft !== undefined && entry.state === 'running';
  return [
    {
      label: 'Outer step',
      value: [entry.iterations, plan.iterations]
        .flatMap((n) => (n === undefined ? [] : integer(n)))
        .join(' / '),
    },
    {
      label: 'Loss to start',
      value: last === undefined ? '–' : num(last.ratio),
      title: 'Geometric mean over the validation tasks of the loss over that of the start',
    },
    {
      label: 'Best',
      value: best === undefined ? '–' : `${num(best.ratio)} at ${integer(best.iteration)}`,
    },
    ...speedupItem(best),
    { label: 'Speed', value: speedText(data), title: 'Inner steps of all trainings together' },
    { label: 'Elapsed', value: duration(entry.seconds) },
    ...(isLive ? [{ label: 'Time left', value: duration(entry.secondsLeft) }] : []),
  ];
}

function speedupItem(best: MetaValidationEntry | undefined): KeyValue[] {
  if (best?.speedup === undefined) return [];
  const title = 'Of the best theta over tuned Adam, in steps: geometric mean over the tasks';
  return [{ label: 'Speedup', value: times(best.speedup), title }];
}

/** `8,310 steps/s, 97 % busy`, over the last twenty outer iterations. */
function speedText({ iterations }: MetaData): string {
  const { perSecond, busy } = throughputOf(iterations, 20);
  if (!Number.isFinite(perSecond)) return '–';
  const words = Number.isFinite(busy) ? `, ${percent(busy)} busy` : '';
  return `${count(Math.round(perSecond))} steps/s${words}`;
}

/** What assistive technology says at an outer iteration. */
export function spokenAt(data: MetaData, step: number): string {
  const validation = validationAt(data, step);
  const { iterations } = data;
  const at = indexAt(iterations.iteration, step);
  return [
    `Outer step ${integer(step)}`,
    ...(validation === undefined ? [] : [`loss to start ${num(validation.ratio)}`]),
    ...(validation?.speedup === undefined ? [] : [`speedup ${times(validation.speedup)}`]),
    ...(at < 0 ? [] : [`gradient norm ${num(iterations.gradientRms[at])}`]),
  ].join(', ');
}

/** The lines below the header: how it is trained. */
export function aboutText({ about }: MetaData): string {
  const { estimator, playsPairs, pairs, lengths, tasks, optimizer, workers, device } = about;
  const { learning, thetaSize } = about;
  return [
    optimizer,
    `${estimator}, ${integer(pairs)} ${playsPairs ? 'pairs' : 'trainings'} a step`,
    `inner length ${lengths}`,
    `tasks "${tasks}"`,
    `${integer(learning)} of ${integer(thetaSize)} numbers of θ learn`,
    `${integer(workers)} ${workers === 1 ? 'worker' : 'workers'}, ${device}`,
  ].join(' · ');
}

export function safetyText({ about, entry }: MetaData): string {
  if (entry.state !== 'running') return `begun from ${about.start}`;
  const every = `checkpoint every ${integer(about.checkpointEvery)} steps`;
  return entry.owner === 'other' ? every : `${every}; safe to close the window`;
}
