/** NEWS2 of what is being typed: total, level, what to do, and what is still missing. Read out when it changes. */
import type { JSX } from 'preact';
import type { News2Result } from '../../../protocol/clinical/news2.ts';
import { words } from '../state/preferences.ts';
import { levelOf } from '../vitals/news.ts';
import { Icon } from './icon.tsx';
import { NewsBadge } from './news-badge.tsx';

export function ScorePanel({ result, previous, scale2 }: {
  result: News2Result;
  previous: number | undefined;
  scale2: boolean;
}): JSX.Element {
  const say = words.value.news;
  if (!result.scored) {
    return (
      <section class="score" aria-label={words.value.observe.scorePanel}>
        <div role="status" class="score-live">
          <NewsBadge news={undefined} size="large" />
          <p class="score-response">{result.why === 'under-16' ? say.notAdult : say.aid}</p>
        </div>
      </section>
    );
  }
  const { total, anyThree, complete, missing } = result;
  const level = levelOf(total, anyThree);
  return (
    <section class="score" data-level={level} aria-label={words.value.observe.scorePanel}>
      <div role="status" class="score-live">
        <NewsBadge news={{ score: total, anyThree, complete, ...(previous === undefined ? {} : { previous }) }} size="large" />
        <p class="score-response">{say.response[level]}</p>
      </div>
      <p class="score-missing">
        {missing.length > 0 && say.missing(missing.map((parameter) => words.value.vitals[parameter].name).join(', '))}
      </p>
      {scale2 && <p class="score-scale"><Icon name="alert" size={16} /> {say.scale2}</p>}
      <p class="score-aid">{say.aid}</p>
    </section>
  );
}
