/**
 * Seeds: `WARDSYNC_SIMULATION_SEEDS=5000` runs more, `WARDSYNC_SIMULATION_SEED=name` runs one and prints what it did.
 */
import { test } from 'node:test';
import { World } from './world.ts';

const ONE_SEED = process.env['WARDSYNC_SIMULATION_SEED'];
const SEEDS = Number(process.env['WARDSYNC_SIMULATION_SEEDS'] ?? 60);
const OPERATIONS = 40;

async function live(seed: string): Promise<void> {
  const operations: string[] = [];
  try {
    const world = await World.create({ seed, note: (operation) => operations.push(operation) });
    await world.live(OPERATIONS);
    await world.heal();
  } catch (error) {
    const story = operations.map((operation, index) => `${index}. ${operation}`).join('\n');
    throw new Error(`seed ${seed}: ${String(error)}\n${story}`, { cause: error });
  }
  if (ONE_SEED !== undefined) console.log(operations.join('\n'));
}

test(`SYNC-7: five replicas that are cut, parted and crash end with the same items, and lose none that was saved (${ONE_SEED ?? `${SEEDS} seeds`})`, async () => {
  if (ONE_SEED !== undefined) return live(ONE_SEED);
  for (let seed = 0; seed < SEEDS; seed++) await live(`${seed}`);
});
