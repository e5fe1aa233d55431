/** Members of a population that take turns in one arena. */
import type { KernelRuntime } from '../../src/core/compute/kernelRuntime';
import type { StepOwner } from '../../src/core/training/plans/linkStep';
import { MemberStage } from '../../src/core/training/population/memberStage';

/** The losses of each member, all begun anew; in every round each of them makes so many steps. */
export function lossesInTurns(
  owners: readonly StepOwner[],
  kernels: KernelRuntime,
  rounds: readonly number[],
): number[][] {
  const stage = new MemberStage({ owner: owners[0]!, kernels });
  const members = owners.map((owner) => ({ owner, image: new Float32Array(stage.imageWords) }));
  const losses: number[][] = owners.map(() => []);
  let step = 0;
  for (const steps of rounds) {
    members.forEach(({ owner, image }, i) => {
      const from = step === 0 ? {} : { from: { step, image } };
      losses[i]!.push(...stage.run({ owner, steps, ...from })!.losses);
      stage.save(image);
    });
    step += steps;
  }
  return losses;
}
