/** A NEWS2 total: number, level in words, trend as arrow and words. Colour only repeats what the words say. */
import type { JSX } from 'preact';
import { words } from '../state/preferences.ts';
import { levelOf, trendOf } from '../vitals/news.ts';
import { Icon } from './icon.tsx';

export interface NewsBadgeProps {
  readonly news: { readonly score: number; readonly previous?: number; readonly anyThree: boolean; readonly complete: boolean } | undefined;
  readonly size?: 'card' | 'large';
}

const arrows = { rising: 'arrowUp', falling: 'arrowDown', steady: 'arrowFlat' } as const;

export function NewsBadge({ news, size = 'card' }: NewsBadgeProps): JSX.Element {
  const say = words.value.news;
  if (news === undefined) {
    return (
      <div class={`news news-${size}`} data-level="unknown">
        <span class="news-number" aria-hidden="true">–</span>
        <span class="news-words">
          <span class="news-level">{say.none}</span>
          <span class="news-sub">{say.name}</span>
        </span>
      </div>
    );
  }
  const level = levelOf(news.score, news.anyThree);
  const trend = trendOf(news.score, news.previous);
  return (
    <div class={`news news-${size}`} data-level={level}>
      <span class="visually-hidden">{say.name} </span>
      <span class="news-number">{news.score}</span>
      <span class="news-words">
        <span class="news-level">{say.levels[level]}{news.complete ? '' : `, ${say.incomplete}`}</span>
        {trend !== undefined && (
          <span class="news-sub">
            <Icon name={arrows[trend]} size={14} />
            {trend === 'steady'
              ? say.trends.steady
              : <><span class="visually-hidden">{say.trends[trend]} </span>{say.from(news.previous ?? 0)}</>}
          </span>
        )}
      </span>
    </div>
  );
}

/** The points of one value: '+2', with what they are for screen readers. */
export function Points({ points }: { points: number }): JSX.Element {
  return (
    <span class="points" data-points={points}>
      <span aria-hidden="true">{points === 0 ? '0' : `+${points}`}</span>
      <span class="visually-hidden">{words.value.news.points(points)}</span>
    </span>
  );
}
