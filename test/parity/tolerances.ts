/**
 * How far apart two implementations may be after a closed loop, each with its reason. Per-stage tolerances of a
 * single update are not here: each recorded file carries its own.
 */

/**
 * Parameters after 100 steps of a real training: difference of any number over the distance its tensor moved.
 * A single update agrees within 2e-4 of the distance (the recorded files' `path`); each step feeds its difference
 * back through the gradient, which on these tasks grows it by less than ten in 100 steps.
 */
export const CLOSED_LOOP_PATH = 2e-3;

/** Loss of each step, relative: the first-order effect of the parameters' difference. */
export const CLOSED_LOOP_LOSS = 1e-3;
