/** The comparable loss of a language model: the loss itself in nats, where what is not finite counts as 20. */
export function normalizeTokenLoss(loss: number): number {
  return Number.isFinite(loss) ? loss : NOT_FINITE;
}

/** Above what any vocabulary that fits 16 bits gives to a guess (ln 65535 = 11.1). */
const NOT_FINITE = 20;
