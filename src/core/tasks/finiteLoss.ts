/**
 * The comparable loss of tasks whose loss has a scale of its own, such as nats: the loss itself, where what is not
 * finite counts as `worst`.
 */
export function finiteLoss(loss: number, worst = WORST): number {
  return Number.isFinite(loss) ? loss : worst;
}

/** Above what any vocabulary that fits 16 bits gives to a guess (ln 65535 = 11.1). */
const WORST = 20;
