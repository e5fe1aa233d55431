import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ManualControl } from '../../../../src/core/training/control';
import { innerTrain } from '../../../../src/core/training/innerTrain';
import type { InnerTrainListener } from '../../../../src/core/training/innerTrain';
import { createSession } from '../../../../src/core/training/createSession';
import { adam, record, regression } from './support';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const NUM_STEPS = 12;
const fresh = () => createSession({ task: regression(), optimizer: adam(NUM_STEPS), seed: 4 });
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A training that is held before step 3, with what happens as words. */
function heldAtThree(onHold: (step: number, control: ManualControl) => void) {
  const control = new ManualControl();
  const session = fresh();
  const happened: string[] = [];
  const listener: InnerTrainListener = {
    onStep: ({ step }) => {
      happened.push(`step ${step}`);
      if (step === 2) control.hold();
    },
    onCheckpoint: ({ step }, reason) => {
      happened.push(`checkpoint ${step} ${reason}`);
    },
    onHold: (step) => {
      happened.push(`hold ${step}`);
      onHold(step, control);
    },
    onRelease: (reason) => happened.push(reason),
  };
  const done = innerTrain({ session, plan: { numSteps: NUM_STEPS }, control, listener });
  return { control, session, happened, done };
}

describe('a training that is held', () => {
  it('takes one checkpoint, does single steps as they are granted, and goes on', async () => {
    const { control, session, happened, done } = heldAtThree(() => undefined);
    await turn();
    expect(happened.slice(3)).toEqual(['checkpoint 3 paused', 'hold 3']);
    control.step();
    await turn();
    expect(happened.slice(5)).toEqual(['step', 'step 3', 'hold 4']);
    control.step();
    control.step();
    await turn();
    expect(happened.slice(8)).toEqual(['step', 'step 4', 'hold 5', 'step', 'step 5', 'hold 6']);
    expect(session.step).toBe(6);
    control.resume();
    const { status } = await done;
    expect(status).toBe('finished');
    expect(happened.slice(14, 16)).toEqual(['continue', 'step 6']);
    session.dispose();
  });

  it('gives the same records and the same bits as one that was never held', async () => {
    const whole = fresh();
    const reference = await record({ session: whole, plan: { numSteps: NUM_STEPS } });
    const control = new ManualControl();
    const session = fresh();
    const held = await record({
      session,
      plan: { numSteps: NUM_STEPS },
      control,
      listener: {
        onStep: ({ step }) => {
          if (step % 4 === 1) control.hold();
        },
        onHold: (step) => {
          setTimeout(() => {
            if (step % 4 === 2) control.step();
            else control.resume();
          });
        },
      },
    });
    expect(held.steps).toEqual(reference.steps);
    expect(held.outcome).toEqual(reference.outcome);
    expect(session.exportSnapshot()).toEqual(whole.exportSnapshot());
    session.dispose();
    whole.dispose();
  });

  it('ends when it is stopped or paused while it waits', async () => {
    for (const [ask, status] of [
      ['stop', 'stopped'],
      ['pause', 'paused'],
    ] as const) {
      const { done, session, happened } = heldAtThree((_step, control) => {
        setTimeout(() => {
          control[ask]();
        });
      });
      expect(await done).toMatchObject({ status, step: 3 });
      expect(happened.at(-1)).toBe(`checkpoint 3 ${status}`);
      session.dispose();
    }
  });

  it('finishes with its last step, held or not', async () => {
    const { done, session } = heldAtThree((_step, control) => {
      setTimeout(() => {
        control.step();
      });
    });
    expect(await done).toMatchObject({ status: 'finished', step: NUM_STEPS });
    session.dispose();
  });
});
