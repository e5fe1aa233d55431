/** `velo doctor`: what works on this machine, and what to do about what does not. */
import { accessSync, constants } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Command } from 'commander';
import pc from 'picocolors';
import { UserError } from '../../base/index';
import { BUNDLED_WEIGHTS } from '../../protocol/index';
import { dataDirectory, programRoot, programVersion, weightsDirectory } from '../../storage/index';
import type { Output } from '../output';

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
  readonly remedy?: string;
  /** Whether the program cannot do its work without it. */
  readonly isEssential: boolean;
}

export function addDoctorCommand(program: Command, output: Output): void {
  program
    .command('doctor')
    .description('check what works on this machine; exit code 1 where something essential does not')
    .option('--json', 'one JSON object per finding')
    .action(() => diagnose(output));
}

async function diagnose(output: Output): Promise<void> {
  const [cpu] = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB`;
  const machine = `${process.platform} ${process.arch}, ${cpus().length} x ${cpu?.model.trim() ?? 'unknown processor'}, ${memory}`;
  output.print(`VeLO Lab ${programVersion()} in ${programRoot()}`);
  output.print(`node ${process.version} on ${machine}\n`);
  output.emit({ type: 'machine', version: programVersion(), node: process.version, machine });
  const findings = [
    ...(await checkDevices()),
    ...(await checkData()),
    ...(await checkWeights()),
    checkFolder(),
  ];
  for (const finding of findings) {
    output.emit({ type: 'finding', ...finding });
    const mark = finding.ok
      ? pc.green('ok     ')
      : finding.isEssential
        ? pc.red('broken ')
        : pc.yellow('missing');
    output.print(`${mark} ${finding.name.padEnd(15)} ${finding.text}`);
    if (!finding.ok && finding.remedy !== undefined)
      output.print(`${' '.repeat(24)}${finding.remedy}`);
  }
  if (findings.some(({ ok, isEssential }) => isEssential && !ok)) process.exitCode = 1;
}

async function checkDevices(): Promise<Finding[]> {
  const { listDevices } = await import('../../engine/index');
  const devices = await listDevices();
  return devices.map(({ name, available, text, remedy }) => ({
    name,
    ok: available,
    text,
    isEssential: name === 'cpu',
    ...(remedy === undefined ? {} : { remedy }),
  }));
}

async function checkData(): Promise<Finding[]> {
  const { BUNDLED_DATASETS, loadImageDataset } = await import('../../engine/index');
  return Promise.all(
    BUNDLED_DATASETS.map(({ name, summary }) =>
      attempt(name, async () => {
        await loadImageDataset(name, { dataDir: dataDirectory() });
        return summary;
      }),
    ),
  );
}

async function checkWeights(): Promise<Finding[]> {
  const { loadWeights } = await import('../../engine/index');
  return Promise.all(
    BUNDLED_WEIGHTS.map((name) =>
      attempt(name, () => {
        const { sha256, handMade } = loadWeights(name, weightsDirectory());
        return `${handMade ? 'made by hand, not meta-trained' : 'meta-trained'}, sha256 ${sha256}`;
      }),
    ),
  );
}

function checkFolder(): Finding {
  const folder = process.cwd();
  try {
    accessSync(folder, constants.W_OK);
    return { name: 'this folder', ok: true, text: 'runs can be written here', isEssential: false };
  } catch {
    const remedy = 'Choose another folder with --out.';
    const text = `${folder} is not writable`;
    return { name: 'this folder', ok: false, text, remedy, isEssential: false };
  }
}

async function attempt(name: string, check: () => Promise<string> | string): Promise<Finding> {
  try {
    return { name, ok: true, text: await check(), isEssential: true };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    const { message, remedy } = thrown;
    const advice = remedy === undefined ? {} : { remedy };
    return { name, ok: false, text: message, isEssential: true, ...advice };
  }
}
