/** Name under which tfjs knows the backend that records kernel calls. */
export const TRACE_BACKEND = 'velo-trace';
