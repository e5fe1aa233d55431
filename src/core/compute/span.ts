/** Pieces of an arena. */

/** Consecutive words. */
export interface Span {
  readonly place: number;
  readonly words: number;
}

/** Gaps that are cheaper to copy than to leave out: the room between arrays. */
const SHORT_GAP = 64;

/** The same words and what lies in short gaps between them, in few spans and in order. */
export function joinSpans(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const { place, words } of [...spans].sort((a, b) => a.place - b.place)) {
    const last = joined.at(-1);
    if (words === 0) continue;
    if (last === undefined || place > last.place + last.words + SHORT_GAP) {
      joined.push({ place, words });
    } else {
      const end = Math.max(last.place + last.words, place + words);
      joined[joined.length - 1] = { place: last.place, words: end - last.place };
    }
  }
  return joined;
}

export function wordsIn(spans: readonly Span[]): number {
  return spans.reduce((sum, { words }) => sum + words, 0);
}
