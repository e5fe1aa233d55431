/** Learned weights from the disk: the bundled theta by its name, any other by the path of its file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/index';
import { decodeTheta } from '../core/index';
import type { Theta, ThetaCard, VeloTheta } from '../core/index';
import { BUNDLED_WEIGHTS } from '../protocol/index';
import { decodeSafetensors, onDisk, sha256Of } from '../storage/index';

/** A theta of any learned optimizer as it was read, with what a run records of it. */
export interface LoadedWeights {
  readonly theta: Theta;
  readonly card: ThetaCard;
  readonly name: string;
  /** Of the file's bytes, lower-case hex. */
  readonly sha256: string;
  /** Whether its card says that it was constructed by hand rather than meta-trained. */
  readonly handMade: boolean;
}

/**
 * Reads a theta.
 * @param name  of a bundled theta, or the path of a .safetensors file
 * @param weightsDir  folder of the bundled thetas
 * @throws UserError('weights') where there is no such file or it is no theta
 */
export function loadWeights(name: string, weightsDir: string): LoadedWeights {
  const file = fileOf(name, weightsDir);
  const bytes = onDisk('read', file, () => readFileSync(file));
  const content = decodeSafetensors(bytes, { code: 'weights', fileName: file });
  const { theta, card } = decodeTheta(content, file);
  return {
    theta,
    card,
    name: card.name,
    sha256: sha256Of(bytes),
    handMade: isHandMade(card),
  };
}

/** A theta of VeLO itself. @throws UserError('weights') where it is one of another optimizer, and as `loadWeights` */
export function veloTheta(name: string, weightsDir: string): VeloTheta {
  const { architecture, tensors } = loadWeights(name, weightsDir).theta;
  if (architecture.kind === 'velo') return { architecture, tensors };
  throw new UserError('weights', `${name} holds weights of ${architecture.kind}, expected velo`);
}

/** Whether a card says that its weights were constructed by hand rather than meta-trained. */
export function isHandMade({ provenance }: ThetaCard): boolean {
  return /^made by hand/i.test(provenance);
}

function fileOf(name: string, weightsDir: string): string {
  const isBundled = BUNDLED_WEIGHTS.some((bundled) => bundled === name);
  const file = isBundled ? join(weightsDir, `${name}.safetensors`) : name;
  if (existsSync(file)) return file;
  throw new UserError(
    'weights',
    isBundled
      ? `${file}, the bundled weights, does not exist`
      : `weights "${name}" are not known: expected ${BUNDLED_WEIGHTS.join(', ')} or the path of a file`,
    isBundled ? { remedy: 'Install the program again.' } : {},
  );
}
