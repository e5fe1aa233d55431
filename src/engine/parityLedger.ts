/** The books of a parity replay: how far each tensor has moved, and the worst number of each stage so far. */
import { UserError } from '../base/index';
import type { NamedFloats } from '../base/index';
import type { VeloVectorsStep } from '../protocol/index';

/** Stages in the order of one update. */
export const PARITY_STAGES = [
  'lossFeatures',
  'lossBuffer',
  'lstmInputs',
  'hidden',
  'cell',
  'controls',
  'stepMultiplier',
  'momentum',
  'secondMoment',
  'rows',
  'cols',
  'diagonal',
  'params',
] as const;
export type ParityStage = (typeof PARITY_STAGES)[number];

/** The number of a stage that comes closest to, or furthest beyond, its tolerance. */
export interface WorstNumber {
  /** 0-based index of the update. */
  readonly step: number;
  /** Tensor of the task, or the array's name where the stage has one for all. */
  readonly tensor: string;
  /** Position in the file's flat array. */
  readonly index: number;
  readonly expected: number;
  readonly got: number;
  readonly difference: number;
  /** Largest difference allowed there. */
  readonly tolerance: number;
  /** difference / tolerance; infinite for NaN. */
  readonly ratio: number;
}

export interface StageReport {
  readonly stage: ParityStage;
  /** How many numbers were compared. */
  readonly compared: number;
  readonly worst: WorstNumber;
  readonly pass: boolean;
}

/** How far each tensor's expected values have moved so far: the yardstick for parameters. */
export class Travel {
  private readonly known: Record<string, ArrayLike<number>>;
  /** Moved since the values in `known`, as far as the file says. */
  private readonly sinceKnown: Record<string, number> = {};
  private readonly total: Record<string, number> = {};

  constructor(params: NamedFloats) {
    this.known = Object.fromEntries(Object.entries(params).map(([name, { data }]) => [name, data]));
  }

  /** Adds a step's `moved`; where the file has none, the distance to the last expected values stands in. */
  advance(step: VeloVectorsStep): void {
    for (const [name, before] of Object.entries(this.known)) {
      const since = this.sinceKnown[name] ?? 0;
      const expected = step.expect.params?.[name];
      const implied =
        expected === undefined ? 0 : Math.max(0, largestDistance(before, expected) - since);
      const moved = step.moved?.[name] ?? implied;
      this.total[name] = this.of(name) + moved;
      this.sinceKnown[name] = expected === undefined ? since + moved : 0;
      if (expected !== undefined) this.known[name] = expected;
    }
  }

  of(name: string): number {
    return this.total[name] ?? 0;
  }
}

function largestDistance(a: ArrayLike<number>, b: readonly number[]): number {
  return b.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (a[i] ?? 0))), 0);
}

/** Worst number and count of every stage met so far. */
export class Ledger {
  private readonly entries = new Map<ParityStage, { compared: number; worst: WorstNumber }>();
  private readonly place: string;

  constructor(place: string) {
    this.place = place;
  }

  /** @param tolerance  largest difference allowed in this array */
  compare(
    at: { readonly stage: ParityStage; readonly step: number; readonly tensor: string },
    got: ArrayLike<number>,
    expected: readonly number[],
    tolerance: number,
  ): void {
    if (got.length !== expected.length) {
      throw new UserError(
        'data',
        `${this.place}: steps[${at.step}].expect.${at.stage}: "${at.tensor}" must have ` +
          `${got.length} numbers, got ${expected.length}`,
      );
    }
    for (const [index, wanted] of expected.entries()) {
      const value = got[index] ?? NaN;
      const difference = Math.abs(value - wanted);
      const ratio = Number.isNaN(difference) ? Infinity : difference / tolerance;
      const { step, tensor } = at;
      this.record(at.stage, {
        step,
        tensor,
        index,
        expected: wanted,
        got: value,
        difference,
        tolerance,
        ratio,
      });
    }
  }

  reports(): StageReport[] {
    return PARITY_STAGES.flatMap((stage) => {
      const entry = this.entries.get(stage);
      return entry === undefined ? [] : [{ stage, ...entry, pass: entry.worst.ratio <= 1 }];
    });
  }

  private record(stage: ParityStage, number: WorstNumber): void {
    const entry = this.entries.get(stage);
    if (entry === undefined) {
      this.entries.set(stage, { compared: 1, worst: number });
      return;
    }
    entry.compared++;
    if (number.ratio > entry.worst.ratio) entry.worst = number;
  }
}
