/** Where every member of a population stands, and where it will stand once the round is over. */
import { LRUCache } from 'lru-cache';
import { UserError } from '../../base/index';
import type { Perturbation } from '../../core/index';
import type { MemberJob, MemberSnapshot } from './contract';
import { kindOf } from './kinds';
import type {
  Assignment,
  PopulationTask,
  Round,
  SharedOptimizer,
  TurnMessage,
  TurnReply,
} from './messages';
import { createPieceQueue } from './pieceQueue';

interface Standing extends Omit<MemberSnapshot, 'image'> {
  readonly image: SharedArrayBuffer;
}

/** Kinds whose cost is remembered. */
const KINDS_KEPT = 4096;

/** Weights that are not moved. */
const CENTRE: Perturbation = { key: [0, 0, 0, 0], sign: 0 };

type Played = Extract<TurnReply, { step: number }>;

export class Members {
  readonly #task: PopulationTask;
  readonly #versions: readonly number[];
  /** Tasks that every worker knows from its start. */
  readonly #firstTasks: number;
  readonly #standing: (Standing | undefined)[];
  /** Of this round; undefined where a member has ended. */
  readonly #next = new Map<number, Standing | undefined>();
  /** Images that nobody needs any more, by their size. */
  readonly #spares = new Map<number, SharedArrayBuffer[]>();
  /** Of a step, by kind. */
  readonly #seconds = new LRUCache<string, number>({ max: KINDS_KEPT });

  constructor(task: PopulationTask, count: number, versions: readonly number[]) {
    this.#task = task;
    this.#versions = versions;
    this.#firstTasks = task.tasks.length;
    this.#standing = Array.from({ length: count }, () => undefined);
  }

  /** @throws UserError('config') on a job that cannot be */
  turnOf(job: MemberJob): TurnMessage {
    const { member, begin, steps, evaluate, worstLoss, ends } = job;
    this.#check(job);
    const standing = begin === undefined ? this.#standing[job.from ?? member] : undefined;
    const assignment = (begin ?? standing?.assignment)!;
    const perturbation = this.#perturbationOf(job, assignment, standing);
    const spare = standing && this.#spares.get(standing.image.byteLength)?.pop();
    return {
      assignment,
      steps,
      ...(standing === undefined ? {} : { from: { step: standing.step, image: standing.image } }),
      ...(perturbation === undefined ? {} : { perturbation }),
      ...(evaluate === undefined ? {} : { evaluate }),
      ...(worstLoss === undefined ? {} : { worstLoss }),
      ...(ends === undefined ? {} : { ends }),
      ...(spare === undefined ? {} : { spare }),
    };
  }

  /** What every member will have once these jobs have begun. @throws UserError('config') on a job that cannot be */
  assignmentsWith(jobs: readonly MemberJob[]): { kept: Assignment[]; passing: Assignment[] } {
    const assignments = this.#standing.map((standing) => standing?.assignment);
    const passing: Assignment[] = [];
    for (const job of jobs) {
      this.#check(job);
      const isPassing = job.begin !== undefined && job.ends === true;
      if (isPassing) passing.push(job.begin);
      const assignment = job.begin ?? this.#standing[job.from ?? job.member]?.assignment;
      assignments[job.member] = isPassing ? undefined : assignment;
    }
    return { kept: assignments.filter((one) => one !== undefined), passing };
  }

  /** What workers have to know that they may not know yet. */
  get known(): Pick<Round, 'added' | 'versions'> {
    const added = { first: this.#firstTasks, tasks: this.#task.tasks.slice(this.#firstTasks) };
    return { added, versions: this.#versions };
  }

  /** A round of these turns. */
  round(pieces: readonly (readonly TurnMessage[])[]): Round {
    const later = new Set(pieces.flatMap((turns) => turns.map(({ next }) => next)));
    const first = pieces.flatMap((_, i) => (later.has(i) ? [] : i));
    return {
      pieces,
      ...this.known,
      queue: createPieceQueue(pieces.length, first),
      takers: new Int32Array(new SharedArrayBuffer(4 * pieces.length)),
    };
  }

  /** About how long a turn takes, where others like it have told. */
  seconds({ assignment, steps }: TurnMessage): number | undefined {
    const perStep = this.#seconds.get(kindOf(this.#task, assignment));
    return perStep === undefined ? undefined : perStep * steps;
  }

  /** What a turn needs a plan for. */
  kind({ assignment }: TurnMessage): string {
    return kindOf(this.#task, assignment);
  }

  noteSeconds(assignment: Assignment, perStep: number): void {
    this.#seconds.set(kindOf(this.#task, assignment), perStep);
  }

  /** A turn is over: stands from the end of the round on. */
  note({ member, perturbation }: MemberJob, turn: TurnMessage, reply: Played): void {
    const { step, image } = reply;
    const known = perturbation ?? turn.perturbation ?? this.#standing[member]?.perturbation;
    const own = known === undefined ? {} : { perturbation: known };
    const standing = image && { assignment: turn.assignment, step, image, ...own };
    this.#next.set(member, standing);
    if (turn.steps > 0) this.noteSeconds(turn.assignment, reply.turnSeconds / turn.steps);
  }

  commit(): void {
    for (const [member, standing] of this.#next) {
      const old = this.#standing[member];
      if (old !== undefined) this.#spare(old.image);
      this.#standing[member] = standing;
    }
    this.#next.clear();
  }

  /** Forgets what was noted since the last commit. */
  rollBack(): void {
    for (const standing of this.#next.values()) if (standing) this.#spare(standing.image);
    this.#next.clear();
  }

  name(member: number, { task, config: own, seed }: Assignment): string {
    const config = own ?? this.#task.tasks[task]!.config;
    const what = 'dataset' in config ? config.dataset : config.family;
    return `member ${member} (${what}, seed ${seed})`;
  }

  snapshot(member: number): MemberSnapshot | undefined {
    const standing = this.#standing[member];
    return standing && { ...standing, image: new Float32Array(standing.image).slice() };
  }

  /** @throws UserError('config') on an assignment that cannot be */
  restore(member: number, snapshot: MemberSnapshot): void {
    this.#check({ member, begin: snapshot.assignment, steps: 0 });
    const image = new SharedArrayBuffer(snapshot.image.byteLength);
    new Float32Array(image).set(snapshot.image);
    this.#standing[member] = { ...snapshot, image };
  }

  #perturbationOf(
    { perturbation }: MemberJob,
    { optimizer }: Assignment,
    standing: Standing | undefined,
  ): Perturbation | undefined {
    if ('config' in this.#task.optimizers[optimizer]!) return undefined;
    if (perturbation !== undefined) return perturbation;
    if (standing === undefined) return CENTRE;
    return this.#task.keepsTheta ? undefined : standing.perturbation;
  }

  #check({ member, begin, from = member, steps, perturbation }: MemberJob): void {
    const count = this.#standing.length;
    if (!(Number.isInteger(member) && member >= 0 && member < count))
      refuse(member, `a member from 0 to ${count - 1}`, member);
    if (begin !== undefined && from !== member)
      refuse(member, 'a beginning or a member to follow', 'both');
    if (!(Number.isInteger(steps) && steps >= 0))
      refuse(member, 'an integer of at least 0 steps', steps);
    const assignment = begin ?? this.#standing[from]?.assignment;
    if (assignment === undefined) return refuse(member, 'an assignment to begin with', assignment);
    const source = this.#checkAssignment(member, assignment);
    if ('config' in source && perturbation !== undefined)
      refuse(member, 'no perturbation for an optimizer that is not learned', 'one');
  }

  /** @returns its optimizer */
  #checkAssignment(member: number, { task, optimizer, numSteps }: Assignment): SharedOptimizer {
    const { tasks, optimizers } = this.#task;
    if (tasks[task] === undefined) refuse(member, `a task from 0 to ${tasks.length - 1}`, task);
    if (!(Number.isInteger(numSteps) && numSteps >= 1))
      refuse(member, 'an integer of at least 1 announced steps', numSteps);
    return (
      optimizers[optimizer] ??
      refuse(member, `an optimizer from 0 to ${optimizers.length - 1}`, optimizer)
    );
  }

  #spare(image: SharedArrayBuffer): void {
    const alike = this.#spares.get(image.byteLength) ?? [];
    alike.push(image);
    this.#spares.set(image.byteLength, alike);
  }
}

function refuse(member: number, what: string, came: unknown): never {
  throw new UserError('config', `member ${member}: expected ${what}, got ${String(came)}`);
}
