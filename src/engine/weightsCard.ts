/** A theta under a new card: another name, another licence, and how it compared in evaluations. */
import { UserError } from '../base/index';
import { encodeTheta } from '../core/index';
import type { ThetaCard } from '../core/index';
import { encodeSafetensors, readEvaluation, sha256Of, writeFileAtomic } from '../storage/index';
import { evaluationFindings } from './evaluation/report';
import { loadWeights } from './weights';

export interface NewCard {
  readonly name?: string;
  readonly licence?: string;
  /** Folders of evaluations that measured these very weights. */
  readonly evaluations: readonly string[];
}

/**
 * Writes a theta with the card that it has but for what is given; each evaluation becomes a note `results <suite>`.
 * @param source  name of bundled weights, or the path of a file
 * @param target  path of the new file, which may be the old one
 * @returns the new card, and the checksum of the new file
 * @throws UserError('weights') where the source is no theta, UserError('run') where an evaluation has no result yet or
 *   measured other weights, UserError('disk')
 */
export function writeCard(
  { source, target, weightsDir }: { source: string; target: string; weightsDir: string },
  { name, licence, evaluations }: NewCard,
): { readonly card: ThetaCard; readonly sha256: string } {
  const { theta, card: old, sha256 } = loadWeights(source, weightsDir);
  const results = evaluations.map((directory) => resultsOf(directory, { source, sha256 }));
  const notes = { ...old.notes, ...Object.fromEntries(results) };
  const card: ThetaCard = {
    ...old,
    ...(name === undefined ? {} : { name }),
    ...(licence === undefined ? {} : { licence }),
    ...(Object.keys(notes).length === 0 ? {} : { notes }),
  };
  const bytes = encodeSafetensors(encodeTheta(theta, card));
  writeFileAtomic(target, bytes);
  return { card, sha256: sha256Of(bytes) };
}

function resultsOf(
  directory: string,
  { source, sha256 }: { readonly source: string; readonly sha256: string },
): readonly [string, string] {
  const { config, environment } = readEvaluation(directory);
  const measured = Object.values(environment.weights);
  if (!measured.some((weights) => weights.sha256 === sha256)) {
    const names = measured.map((weights) => `${weights.name} (${weights.sha256.slice(0, 12)})`);
    throw new UserError(
      'run',
      `${directory} measured ${names.join(', ') || 'no weights'}, expected ${source} (${sha256.slice(0, 12)})`,
      { remedy: 'Evaluate the file itself that the card is for.' },
    );
  }
  const found = evaluationFindings(directory);
  return [
    `results ${config.suite ?? config.name}`,
    `${found.join(' ')} ${environment.startedAt.slice(0, 10)}.`,
  ];
}
