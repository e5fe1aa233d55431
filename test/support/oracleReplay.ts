/** The float64 oracle as an implementation that a parity replay can judge. */
import type { NamedFloats } from '../../src/base/index';
import { sizeOf } from '../../src/base/index';
import type { Replay, ReplaySetup } from '../../src/engine/parity';
import type { OracleSetup, OracleState, OracleTrace, Plain } from '../parity/oracle';
import { oracleStart, oracleStep } from '../parity/oracle';

export function oracleSetup({
  theta,
  numSteps,
}: Pick<ReplaySetup, 'theta' | 'numSteps'>): OracleSetup {
  const tensors = Object.entries(theta.tensors).map(([name, { data }]) => [name, [...data]]);
  return {
    ...theta.architecture,
    numSteps,
    theta: Object.fromEntries(tensors) as Record<string, number[]>,
  };
}

function plain(arrays: NamedFloats): Plain[] {
  return Object.values(arrays).map(({ shape, data }) => ({ shape: [...shape], data: [...data] }));
}

export function oracleReplay(setup: ReplaySetup): Replay {
  const oracle = oracleSetup(setup);
  const names = Object.keys(setup.params);
  const state = oracleStart(oracle, plain(setup.params));
  let trace: OracleTrace | undefined;
  return {
    update: (_step, loss, grads) => {
      trace = oracleStep(
        oracle,
        state,
        plain(grads).map(({ data }) => data),
        loss,
      );
    },
    view: () => {
      if (trace === undefined) throw new Error('no update yet');
      return viewOf(names, state, trace);
    },
    dispose: () => undefined,
  };
}

function viewOf(
  names: string[],
  state: OracleState,
  trace: OracleTrace,
): ReturnType<Replay['view']> {
  const n = names.length;
  const at = (i: number) => state.tensors[i]!;
  const stateArrays: Record<string, NamedFloats[string]> = {
    'lstm/hidden': floats(
      [n, -1],
      names.flatMap((_, i) => at(i).hidden),
    ),
    'lstm/cell': floats(
      [n, -1],
      names.flatMap((_, i) => at(i).cell),
    ),
    'loss/means': floats([10], state.lossMeans),
    'loss/runningMin': floats([10], state.lossMin),
  };
  for (const [i, name] of names.entries()) {
    stateArrays[`secondMoment/${name}`] = floats(at(i).shape, at(i).v);
    const lists = {
      momentum: at(i).m,
      rows: at(i).rows,
      cols: at(i).cols,
      diagonal: at(i).diagonal,
    };
    for (const [kind, list] of Object.entries(lists)) {
      for (let k = 0; k < 3; k++) {
        stateArrays[`${kind}/${k}/${name}`] = floats(
          [-1],
          list.filter((_, j) => j % 3 === k),
        );
      }
    }
  }
  return {
    params: Object.fromEntries(names.map((name, i) => [name, floats(at(i).shape, at(i).data)])),
    state: stateArrays,
    trace: {
      lossFeatures: floats([9], trace.lossFeatures),
      lstmInputs: floats([n, 30], trace.lstmInputs.flat()),
      hidden: floats(
        [n, -1],
        names.flatMap((_, i) => at(i).hidden),
      ),
      cell: floats(
        [n, -1],
        names.flatMap((_, i) => at(i).cell),
      ),
      controls: floats([n, -1], trace.controls.flat()),
      stepMultiplier: floats([n], trace.stepMultiplier),
    },
    lossDecays: Float32Array.from(state.lossDecays),
  };
}

/** One side may be -1: whatever is left. */
function floats(shape: readonly number[], values: readonly number[]): NamedFloats[string] {
  const rest = values.length / Math.abs(sizeOf(shape));
  return {
    shape: shape.map((side) => (side < 0 ? rest : side)),
    data: Float32Array.from(values),
  };
}
