/** What a person has chosen in this view; kept by the host across reloads, so it is checked when it comes back. */
const SECTIONS = ['card', 'architecture', 'multipliers', 'response', 'weights', 'matrix'] as const;
export type SectionId = (typeof SECTIONS)[number];

export interface ViewChoices {
  /** Name of the array whose matrix is shown; undefined: the LSTM's weights. */
  readonly group?: string | undefined;
  /** Of the bank, from 0. */
  readonly network: number;
  /** Undefined: the one that moves the output most. */
  readonly feature?: number | undefined;
  /** Run whose step multiplier is shown; undefined: the newest. */
  readonly runId?: string | undefined;
  readonly closed: readonly SectionId[];
}

export const DEFAULT_CHOICES: ViewChoices = { network: 0, closed: [] };

/** The choices that were kept; whatever is missing or of another kind has its default. */
export function readChoices(kept: unknown): ViewChoices {
  if (typeof kept !== 'object' || kept === null) return DEFAULT_CHOICES;
  const { group, network, feature, runId, closed } = kept as Record<string, unknown>;
  return {
    ...(typeof group === 'string' ? { group } : {}),
    network: isIndex(network) ? network : 0,
    ...(isIndex(feature) ? { feature } : {}),
    ...(typeof runId === 'string' ? { runId } : {}),
    closed: Array.isArray(closed) ? SECTIONS.filter((id) => closed.includes(id)) : [],
  };
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
