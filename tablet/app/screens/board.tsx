/** The ward at a glance: its beds in the order of the corridor, bay by bay, each with its patient. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { isOverdue, BedCardView, EmptyBed } from '../parts/bed-card.tsx';
import { Icon } from '../parts/icon.tsx';
import type { BedCard, BoardView } from '../port.ts';
import { usePort } from '../state/app.ts';
import type { BoardFilter } from '../state/board-search.ts';
import { boardFilters, filter, matches, query, resetSearch, scrolled } from '../state/board-search.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';

export function Board({ canWrite }: { canWrite: boolean }): JSX.Element {
  const board = usePort().topics.board.value;
  const say = words.value.board;
  const shown = board.cards.filter((card) => passes(card, filter.value, now.value) && matches(card, query.value));
  const narrowed = filter.value !== 'all' || query.value.trim() !== '';
  const all = bays(board, shown, narrowed);
  const places = all.reduce((sum, bay) => sum + bay.places.length, 0);
  const drawn = useGradually(places);
  useScrollMemory();
  return (
    <main id="content" class="page board" tabIndex={-1} aria-busy={board.state === 'loading' || drawn < places}>
      <div class="board-head">
        <div class="board-title">
          <h1>{say.title}</h1>
          {board.state === 'ready' && <p class="muted">{say.patients(board.cards.length)}</p>}
        </div>
        <SearchBox />
        <Filters cards={board.cards} />
      </div>
      <p class="visually-hidden" role="status">{narrowed ? say.shown(shown.length) : ''}</p>
      {board.waiting > 0 && <p class="notice" data-tone="info"><Icon name="lock" /> {say.waiting(board.waiting)}</p>}
      {board.state === 'loading' && board.cards.length === 0
        ? <Skeleton />
        : <Beds board={board} bays={firstOf(all, drawn)} narrowed={narrowed} canWrite={canWrite} />}
    </main>
  );
}

const FIRST_CARDS = 16;
const CARDS_A_FRAME = 8;

/** How many cards to draw: a screenful at once, the rest a few each frame, so that a big ward never blocks a tap. */
function useGradually(total: number): number {
  const [drawn, setDrawn] = useState(scrolled.pixels > 0 ? Number.POSITIVE_INFINITY : FIRST_CARDS);
  useEffect(() => {
    if (drawn >= total) return undefined;
    const frame = requestAnimationFrame(() => setDrawn(drawn + CARDS_A_FRAME));
    return () => cancelAnimationFrame(frame);
  }, [drawn, total]);
  return drawn;
}

/** Coming back from a patient one finds the board where one left it. */
function useScrollMemory(): void {
  useEffect(() => {
    const remember = (): void => {
      scrolled.pixels = scrollY;
    };
    addEventListener('scroll', remember, { passive: true });
    return () => removeEventListener('scroll', remember);
  }, []);
}

function passes(card: BedCard, wanted: BoardFilter, at: number): boolean {
  switch (wanted) {
    case 'all': return true;
    case 'overdue': return isOverdue(card, at);
    case 'news5': return (card.news?.score ?? 0) >= 5;
    default: return wanted satisfies never;
  }
}

function SearchBox(): JSX.Element {
  const say = words.value.board;
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        class="input" type="search" aria-label={say.search} placeholder={say.searchHint} autocomplete="off" spellcheck={false}
        enterkeyhint="search" value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
        }}
      />
      {query.value !== '' && (
        <button type="button" class="button button-quiet button-icon" aria-label={say.clearSearch} onClick={() => { query.value = ''; }}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

function Filters({ cards }: { cards: readonly BedCard[] }): JSX.Element {
  const say = words.value.board;
  return (
    <div class="segments" role="group" aria-label={say.filters}>
      {boardFilters.map((name) => (
        <button
          key={name} type="button" class="segment" aria-pressed={filter.value === name}
          onClick={() => { filter.value = name; }}
        >
          {say[name]} <span class="count">{cards.filter((card) => passes(card, name, now.value)).length}</span>
        </button>
      ))}
    </div>
  );
}

interface BedsProps {
  readonly board: BoardView;
  /** What is drawn of them so far. */
  readonly bays: readonly Bay[];
  readonly narrowed: boolean;
  readonly canWrite: boolean;
}

function Beds({ board, bays: drawn, narrowed, canWrite }: BedsProps): JSX.Element {
  const say = words.value.board;
  if (board.cards.length === 0 && board.beds.length === 0) {
    return (
      <div class="empty">
        <h2>{say.emptyTitle}</h2>
        <p>{say.emptyText}</p>
      </div>
    );
  }
  if (narrowed && drawn.length === 0) {
    return (
      <div class="empty">
        <p>{say.noneMatch}</p>
        <button type="button" class="button" onClick={resetSearch}>{say.showAll}</button>
      </div>
    );
  }
  return (
    <>
      {drawn.map((bay) => (
        <section key={bay.name} class="bay" aria-label={bay.name === '' ? say.noBay : bay.name}>
          <h2>
            {bay.name === '' ? say.noBay : bay.name}
            {!narrowed && bay.beds > 0 && <span class="muted"> {say.bayBeds(bay.used, bay.beds)}</span>}
          </h2>
          <ul class="bed-grid">
            {bay.places.map((place) => 'patient' in place
              ? <BedCardView key={place.patient} card={place} canWrite={canWrite} />
              : <EmptyBed key={`bed ${place.empty}`} label={place.empty} />)}
          </ul>
        </section>
      ))}
    </>
  );
}

interface Bay {
  readonly name: string;
  readonly beds: number;
  readonly used: number;
  readonly places: readonly (BedCard | { readonly empty: string })[];
}

/**
 * Bays in the order of their first bed, beds in theirs; two patients in one bed (a mistake, or a swap half done) both
 * show. Patients without a known bed come last. Empty beds only while nothing is searched.
 */
function bays(board: BoardView, shown: readonly BedCard[], narrowed: boolean): readonly Bay[] {
  const byBed = Map.groupBy(shown, (card) => card.bed);
  const beds = board.beds.toSorted((a, b) => a.order - b.order);
  const groups = Map.groupBy(beds, (bed) => bed.bay ?? '');

  const placesOf = (label: string): Bay['places'] => byBed.get(label) ?? (narrowed ? [] : [{ empty: label }]);
  const result: Bay[] = [...groups].map(([name, inBay]) => ({
    name,
    beds: inBay.length,
    used: inBay.filter((bed) => byBed.has(bed.label)).length,
    places: inBay.flatMap((bed) => placesOf(bed.label)),
  }));
  const known = new Set(beds.map((bed) => bed.label));
  const others = shown.filter((card) => card.bed === undefined || !known.has(card.bed));
  if (others.length > 0) result.push({ name: '', beds: 0, used: 0, places: others });
  return result.filter((bay) => bay.places.length > 0);
}

/** The first places of all bays, in order; bays that would be empty fall away. */
function firstOf(all: readonly Bay[], places: number): readonly Bay[] {
  let left = places;
  return all.flatMap((bay) => {
    const taken = bay.places.slice(0, left);
    left -= taken.length;
    return taken.length === 0 ? [] : [{ ...bay, places: taken }];
  });
}

function Skeleton(): JSX.Element {
  return (
    <div class="bay">
      <p role="status" class="muted">{words.value.loading}</p>
      <div class="bed-grid" aria-hidden="true">
        {Array.from({ length: 6 }, (_, index) => <div key={index} class="bed-card skeleton" />)}
      </div>
    </div>
  );
}
