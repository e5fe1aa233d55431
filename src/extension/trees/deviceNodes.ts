/** The tree of devices: what computes here, and why the others don't. */
import type { EngineResult } from '../../protocol/index';
import type { ListNode } from './listTree';

export type Device = EngineResult<'devices.list'>['devices'][number];

export function deviceNodes(devices: readonly Device[]): ListNode[] {
  return devices.map((device): ListNode => {
    const { name, available, text, remedy } = device;
    return {
      label: name,
      description: text,
      tooltip: [text, remedy].filter((line) => line !== undefined).join('\n'),
      icon: available
        ? { id: 'pass', color: 'charts.green' }
        : { id: 'circle-slash', color: 'descriptionForeground' },
      contextValue: available ? 'device available' : 'device missing',
      spoken: `${name}, ${available ? 'available' : 'not available'}: ${text}`,
      payload: device,
      ...(remedy === undefined
        ? {}
        : { command: { command: 'velo.device.explain', title: 'What to Do' } }),
    };
  });
}
