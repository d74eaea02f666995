/**
 * The archive node: a replica of everything, receipts for what is on its disk, backups while it runs. One process,
 * headless, without a password, holding nothing that opens an item.
 */
import { succeed, type Result } from '../../protocol/codec/result.ts';
import { deviceControl } from '../device/device-control.ts';
import { serveControl } from '../device/control.ts';
import type { DeviceFolder } from '../device/device-folder.ts';
import { runDevice, type DeviceFailure, type DeviceRunOptions, type RunningDevice } from '../device/running-device.ts';
import { signReceipts } from './receipts.ts';

export interface RunningArchive {
  readonly device: RunningDevice;
  readonly stop: () => Promise<void>;
}

export async function runArchive(folder: DeviceFolder, options: DeviceRunOptions): Promise<Result<RunningArchive, DeviceFailure>> {
  const started = await runDevice(folder, options);
  if (!started.ok) return started;
  const device = started.value;
  const receipts = await signReceipts(device.replica, folder.key, options.environment);
  const control = await serveControl(folder.path, deviceControl(device, options.environment));
  return succeed({
    device,
    async stop() {
      await control.stop();
      await receipts.stop();
      await device.stop();
    },
  });
}
