/** `velo plan`: what the training of a config computes, as the calls that its compiled form makes. */
import type { Command } from 'commander';
import pc from 'picocolors';
import { UserError } from '../../base/index';
import { dataDirectory, weightsDirectory } from '../../storage/index';
import { readConfigFile } from '../configFiles';
import type { ConfigOptions } from '../configFiles';
import { formatCount } from '../output';
import type { Output } from '../output';
import { collect } from './shared';

interface PlanCommandOptions extends ConfigOptions {
  readonly profile?: boolean;
}

export function addPlanCommand(program: Command, output: Output): void {
  program
    .command('plan')
    .description('print the compiled plan of a run config: kernel calls, shapes, bytes, FLOPs')
    .argument('<config>', 'run config, *.velo.json')
    .option('--set <a.b=c>', 'change a setting; may be given several times', collect, [])
    .option('--device <name>', 'the same as --set device=name; its kernels are timed by --profile')
    .option('--profile', 'time each call')
    .option('--json', 'one JSON object per plan')
    .action(async (file: string, options: PlanCommandOptions) => {
      const config = readConfigFile(file, options);
      const { explainPlan, pickDevice } = await import('../../engine/index');
      const { device } = await pickDevice(config.device);
      if (options.profile === true && device.kernels === undefined) {
        throw new UserError('device', `${device.name} runs no plans, so there is nothing to time`, {
          remedy: 'Choose the device native or wasm.',
        });
      }
      const plans = await explainPlan({
        config,
        dataDir: dataDirectory(),
        weightsDir: weightsDirectory(),
        ...(options.profile === true && device.kernels ? { kernels: device.kernels } : {}),
      });
      for (const plan of plans) {
        output.emit({ type: 'plan', ...plan });
        const time = plan.ms === undefined ? '' : `, ${plan.ms.toFixed(4)} ms on ${device.label}`;
        const { parameters } = plan;
        const size = parameters === undefined ? '' : `, ${formatCount(parameters)} parameters`;
        output.print(`${pc.bold(plan.name)}${size}${time}\n${plan.text}\n`);
      }
    });
}
