import type { Chart } from '../../../protocol/chart/chart.ts';
import { recordReview } from '../../../protocol/chart/openings.ts';
import { hexOf } from '../../../protocol/codec/ids.ts';
import { changesIn } from '../../../protocol/ward/review.ts';
import type { Replica } from '../../../protocol/replica/replica.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import { recorded } from '../audit.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import type { Command } from '../command.ts';
import { handleOf, shortId, timeText } from '../council.ts';

export const review: Command = {
  words: ['review'],
  summary: 'List what waits for an admin to accept or decline it.',
  options: { ...CLIENT_OPTIONS, all: { type: 'boolean', help: 'also what was declined' } },
  about: 'Two things are kept aside and never lost: what a removed person, or a lost device, wrote beyond what was known at the removal;\nand changes to the membership that a checkpoint has closed the log against.\nWhat you may open is shown with what accepting it would change.',
  async run(args, io) {
    const shown = await withClient(args, io, async ({ session, chart, device }) => describe(session, chart, device.replica, args.flag('all')));
    io.result(shown.value, shown.text);
  },
};

async function describe(session: Session, chart: Chart, replica: Replica, all: boolean): Promise<{ readonly value: unknown; readonly text: string }> {
  const work: { readonly value: object; readonly lines: readonly string[] }[] = [];
  for (const disputed of await session.review.list()) {
    if (disputed.declined && !all) continue;
    const content = await session.review.content(disputed);
    if (content !== undefined) await recorded(recordReview(session, chart, disputed.document, content.after));
    const changes = content === undefined ? undefined : changesIn(content).map(({ path, after }) => ({ path: path.join('/'), after }));
    const { document, author, items, from, until, declined, id } = disputed;
    const by = handleOf(replica, disputed.user);
    work.push({
      value: { id: hexOf(id), document: hexOf(document), session: hexOf(author), by, device: hexOf(disputed.device), items, from, until, declined, changes: changes ?? null },
      lines: [
        `  ${shortId(id)}  ${by}: ${items} ${items === 1 ? 'item' : 'items'} in document ${hexOf(document).slice(0, 8)}, ${timeText(from)} to ${timeText(until)}${declined ? ' (declined)' : ''}`,
        ...(changes === undefined ? ['            you cannot open this document'] : changes.length === 0 ? ['            would change nothing'] : changes.map(({ path, after }) => `            ${path}: ${after === undefined ? 'removed' : JSON.stringify(after)}`)),
      ],
    });
  }
  const operations = session.council.inReview().filter(({ declined }) => all || !declined);
  const operationLines = operations.map(({ id, type, by, time, isRepeatable, declined }) =>
    `  ${shortId(id)}  ${type} by ${handleOf(replica, by)}, ${timeText(time)}${isRepeatable ? '' : ' (cannot be accepted; propose or invite anew)'}${declined ? ' (declined)' : ''}`);
  return {
    value: {
      work: work.map(({ value }) => value),
      operations: operations.map(({ id, type, by, time, isRepeatable, declined }) => ({ id: hexOf(id), type, by: handleOf(replica, by), time, isRepeatable, declined })),
    },
    text: [
      work.length === 0 ? 'No work waits for review.' : `Work beyond a removal's cut, ${work.length}:`, ...work.flatMap(({ lines }) => lines),
      operations.length === 0 ? 'No change to the membership waits for review.' : `Changes to the membership that a checkpoint holds back, ${operations.length}:`, ...operationLines,
    ].join('\n'),
  };
}
