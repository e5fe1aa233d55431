/** Weights of a member of a population: those of the centre, moved by noise that is made where it is needed. */
import { instructionsOf } from '../../compute/instructions';
import type { Arena } from '../../compute/kernelRuntime';
import type { Words4 } from '../../compute/rng';
import type { Span } from '../../compute/span';
import type { Linker } from './linker';

/** theta = centre + sign · sd · normal(key), element by element, each operation rounded to float32. */
export interface Perturbation {
  /** The stream of the normals, from its first word: see `streamKey`. */
  readonly key: Words4;
  /** 1 and -1 make an antithetic pair, 0 is the centre itself. */
  readonly sign: number;
}

/** What a perturbation goes out from; both as long as the flat theta. */
export interface Centre {
  readonly theta: Float32Array;
  /** Standard deviation of each number. */
  readonly sd: Float32Array;
}

export interface PlannedPerturbation {
  start(arena: Arena): RunPerturbation;
}

export interface RunPerturbation {
  setCentre(centre: Centre): void;
  /** Writes the flat theta. */
  perturb(perturbation: Perturbation): void;
}

/** @param flat  where the optimizer has its theta */
export function planPerturbation(linker: Linker, flat: Span): PlannedPerturbation {
  const theta = linker.reserve(flat.words);
  const sd = linker.reserve(flat.words);
  const key = linker.reserve(4);
  const sign = linker.reserve(1);
  const emit = instructionsOf(linker.kernels);
  const { place, code } = linker.program(
    emit('random.perturb', flat.place, theta, flat.words, key, sd, sign),
  );
  return {
    start: (arena) => ({
      setCentre: (centre) => {
        arena.f32.set(centre.theta, theta);
        arena.f32.set(centre.sd, sd);
      },
      perturb: (perturbation) => {
        arena.i32.set(perturbation.key, key);
        arena.f32[sign] = perturbation.sign;
        arena.run(place, code.length);
      },
    }),
  };
}
