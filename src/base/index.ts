export { USER_ERROR_CODES, UserError, invariant, messageOf } from './errors';
export type { UserErrorCode, UserErrorOptions } from './errors';
export { formatShape, sameShape, sizeOf } from './arrays';
export type { FloatArray, NamedArrays, NamedFloats, NdArray, TensorSpec } from './arrays';
export { Emitter } from './emitter';
export type { Disposable } from './emitter';
