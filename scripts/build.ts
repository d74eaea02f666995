/** `npm run build`: the release, into `dist/`. */
import { buildRelease } from './build-release.ts';

const { command, app } = await buildRelease();
process.stdout.write(`${command} is the command line, ${app} the ward app.\n`);
