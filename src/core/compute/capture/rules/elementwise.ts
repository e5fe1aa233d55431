/** Kernels that work element by element. Arithmetic keeps the type of its first operand, as tfjs-cpu does. */
import type { CastAttrs, DataType } from '@tensorflow/tfjs-core';
import { assertThat, broadcast, first, forAll, like } from './rule';
import type { Rule, Rules } from './rule';

const SAME = [
  ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'ClipByValue', 'Cos'],
  ...['Cosh', 'Elu', 'Erf', 'Expm1', 'Floor', 'Identity', 'Log', 'Log1p', 'Neg'],
  ...['OnesLike', 'Reciprocal', 'Relu', 'Relu6', 'Round', 'Rsqrt', 'Selu', 'Sigmoid', 'Sign'],
  ...['Sin', 'Sinh', 'Softplus', 'Sqrt', 'Square', 'Step', 'Tan', 'Tanh', 'ZerosLike'],
];

const ARITHMETIC = [
  ...['Add', 'Atan2', 'BitwiseAnd', 'Maximum', 'Minimum', 'Mod', 'Multiply', 'Pow'],
  ...['RealDiv', 'SquaredDifference', 'Sub'],
];

const COMPARISONS = [
  ...['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'],
  ...['LogicalAnd', 'LogicalOr'],
];

export const elementwiseRules: Rules = {
  ...forAll(SAME, like()),
  ...forAll(['IsNan', 'IsInf', 'IsFinite', 'LogicalNot'], sameShape('bool')),
  ...forAll(ARITHMETIC, binary()),
  ...forAll(COMPARISONS, binary('bool')),
  ...forAll(['Exp', 'LeakyRelu'], sameShape('float32')),
  FloorDiv: binary('int32'),
  EluGrad: sameShape('float32'),
  Prelu: (inputs) => ({
    shape: broadcast(inputs.x!.shape, inputs.alpha!.shape),
    dtype: 'float32',
  }),
  Cast: ({ x }, { dtype }: CastAttrs) => ({ shape: x!.shape, dtype }),
  AddN: like(),
  Select: ({ t, e }) => {
    assertThat(String(t!.shape) === String(e!.shape), () => 'where: the branches differ in shape');
    return { shape: t!.shape, dtype: upcast(t!.dtype, e!.dtype) };
  },
};

function sameShape(dtype: DataType): Rule {
  return (inputs) => ({ shape: first(inputs).shape, dtype });
}

function binary(dtype?: DataType): Rule {
  return ({ a, b }) => ({ shape: broadcast(a!.shape, b!.shape), dtype: dtype ?? a!.dtype });
}

const ORDER: readonly DataType[] = ['bool', 'int32', 'float32'];

function upcast(a: DataType, b: DataType): DataType {
  return ORDER.indexOf(a) < ORDER.indexOf(b) ? b : a;
}
