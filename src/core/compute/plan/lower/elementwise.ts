/** tfjs kernels that work element by element. */
import type { Operand } from '../builder';
import { broadcast } from '../builder';
import type { Call, Lower, LowerTable } from './call';

const unary =
  (op: string): Lower =>
  (call) =>
    call.builder.map(op, [call.inputs[0]!], call.shape());

const binary =
  (op: string, a = 'a', b = 'b'): Lower =>
  (call) =>
    call.builder.map(op, [call.input(a), call.input(b)], call.shape());

const number = (fill: number): Operand => ({ fill, shape: [] });

const UNARY = {
  Abs: 'abs',
  Acos: 'acos',
  Acosh: 'acosh',
  Asin: 'asin',
  Asinh: 'asinh',
  Atan: 'atan',
  Atanh: 'atanh',
  Ceil: 'ceil',
  Cos: 'cos',
  Cosh: 'cosh',
  Elu: 'elu',
  Erf: 'erf',
  Exp: 'exp',
  Expm1: 'expm1',
  Floor: 'floor',
  IsFinite: 'isFinite',
  IsInf: 'isInf',
  IsNan: 'isNan',
  Log: 'log',
  Log1p: 'log1p',
  LogicalNot: 'not',
  Neg: 'neg',
  Reciprocal: 'reciprocal',
  Relu: 'relu',
  Relu6: 'relu6',
  Round: 'round',
  Rsqrt: 'rsqrt',
  Selu: 'selu',
  Sigmoid: 'sigmoid',
  Sign: 'sign',
  Sin: 'sin',
  Sinh: 'sinh',
  Softplus: 'softplus',
  Sqrt: 'sqrt',
  Square: 'square',
  Tan: 'tan',
  Tanh: 'tanh',
} as const;

const BINARY = {
  Add: 'add',
  Atan2: 'atan2',
  Equal: 'equal',
  FloorDiv: 'floorDiv',
  Greater: 'greater',
  GreaterEqual: 'greaterEqual',
  Less: 'less',
  LessEqual: 'lessEqual',
  LogicalAnd: 'and',
  LogicalOr: 'or',
  Maximum: 'max',
  Minimum: 'min',
  Mod: 'mod',
  Multiply: 'mul',
  NotEqual: 'notEqual',
  Pow: 'pow',
  SquaredDifference: 'squaredDifference',
  Sub: 'sub',
} as const;

function table(names: Readonly<Record<string, string>>, rule: (op: string) => Lower): LowerTable {
  return Object.fromEntries(Object.entries(names).map(([kernel, op]) => [kernel, rule(op)]));
}

export const ELEMENTWISE: LowerTable = {
  ...table(UNARY, unary),
  ...table(BINARY, (op) => binary(op)),
  RealDiv: (call) =>
    call.builder.map(call.dtype() === 'int32' ? 'trunc' : 'copy', [divide(call)], call.shape()),
  Prelu: binary('prelu', 'x', 'alpha'),
  EluGrad: binary('eluGrad', 'dy', 'y'),
  LeakyRelu: (call) =>
    call.builder.map('prelu', [call.input('x'), number(call.attr('alpha'))], call.shape()),
  Step: (call) =>
    call.builder.map('step', [call.input('x'), number(call.attr('alpha'))], call.shape()),
  ClipByValue: (call) => {
    const limits = [call.attr<number>('clipValueMin'), call.attr<number>('clipValueMax')];
    return call.builder.map('clip', [call.input('x'), ...limits.map(number)], call.shape());
  },
  AddN: (call) =>
    call.inputs.reduce((sum, next) => call.builder.map('add', [sum, next], call.shape())),
  Select: (call) => {
    const args = [condition(call), call.input('t'), call.input('e')];
    return call.builder.map('select', args, call.shape());
  },
  Cast: (call) => {
    const to = call.attr<string>('dtype');
    const from = call.dtype('x');
    const x = call.input('x');
    if (to === 'bool' && from !== 'bool') {
      return call.builder.map('notEqual', [x, number(0)], call.shape());
    }
    return to === 'int32' && from === 'float32' ? call.builder.map('trunc', [x], call.shape()) : x;
  },
  ZerosLike: (call) => ({ fill: 0, shape: call.shape() }),
  OnesLike: (call) => ({ fill: 1, shape: call.shape() }),
  Fill: (call) => ({ fill: Math.fround(Number(call.attr('value'))), shape: call.shape() }),
};

function divide(call: Call): Operand {
  return call.builder.map('div', [call.input('a'), call.input('b')], call.shape());
}

/** A condition of one axis chooses whole rows. */
function condition(call: Call): Operand {
  const given = call.input('condition');
  const rank = call.shape().length;
  if (given.shape.length !== 1 || rank < 2) return given;
  const shape = call.shape().map((side, axis) => (axis === 0 ? side : 1));
  return broadcast(
    'fill' in given
      ? { ...given, shape }
      : { ...given, shape, strides: shape.map((_, axis) => (axis === 0 ? given.strides[0]! : 0)) },
    call.shape(),
  );
}
