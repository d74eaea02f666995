/** The ward at a glance: its beds in the order of the corridor, bay by bay, each with its patient. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { BedCardView, isOverdue } from '../parts/bed-card.tsx';
import { Icon } from '../parts/icon.tsx';
import { Others } from '../parts/other-patients.tsx';
import type { BedCard, BoardView } from '../port.ts';
import { usePort } from '../state/app.ts';
import type { BoardFilter } from '../state/board-search.ts';
import { boardFilters, filter, matches, query, resetSearch, scrolled } from '../state/board-search.ts';
import { now } from '../state/clock.ts';
import { wantedWord } from '../state/glass.ts';
import { words } from '../state/preferences.ts';
import { href } from '../state/route.ts';

export function Board({ canWrite }: { canWrite: boolean }): JSX.Element {
  const board = usePort().topics.board.value;
  const say = words.value.board;
  const shown = board.cards.filter((card) => passes(card, filter.value, now.value) && matches(card, query.value));
  const others = filter.value === 'all' || filter.value === 'others' ? board.others.filter((person) => matches(person, query.value)) : [];
  const narrowed = filter.value !== 'all' || query.value.trim() !== '';
  const all = bays(board, shown, narrowed);
  const places = all.reduce((sum, bay) => sum + bay.cards.length, 0);
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
        <div class="board-tools">
          <Filters board={board} />
          {canWrite && (
            <a class="button" href={href({ screen: 'new-patient' })}><Icon name="userPlus" /> {say.newPatient}</a>
          )}
        </div>
      </div>
      <p class="visually-hidden" role="status">{narrowed ? say.shown(shown.length + others.length) : ''}</p>
      {board.waiting > 0 && <p class="notice" data-tone="info"><Icon name="lock" /> {say.waiting(board.waiting)}</p>}
      {board.state === 'loading' && board.cards.length === 0 && board.others.length === 0
        ? <Skeleton />
        : (
          <>
            <Beds board={board} bays={firstOf(all, drawn)} canWrite={canWrite} />
            <Others title={say.arrivingTitle} people={others.filter(({ arriving }) => arriving)} canWrite={false} />
            <Others title={say.others} people={others.filter(({ arriving }) => !arriving)} canWrite={canWrite} />
            {narrowed && shown.length === 0 && others.length === 0 && <NoneMatch board={board} mayLookFurther={canWrite} />}
          </>
        )}
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
  // Ends with the board itself: what follows may be shorter, and is scrolled by that.
  useLayoutEffect(() => {
    const remember = (): void => {
      scrolled.pixels = scrollY;
    };
    // While it is scrolled, not when one leaves: another screen may be drawn between two listeners of one event.
    addEventListener('scroll', remember, { passive: true });
    return () => removeEventListener('scroll', remember);
  }, []);
}

function passes(card: BedCard, wanted: BoardFilter, at: number): boolean {
  switch (wanted) {
    case 'all': return true;
    case 'overdue': return isOverdue(card, at);
    case 'news5': return (card.news?.score ?? 0) >= 5;
    case 'others': return false;
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

function Filters({ board }: { board: BoardView }): JSX.Element {
  const say = words.value.board;
  return (
    <div class="segments" role="group" aria-label={say.filters}>
      {boardFilters.map((name) => (
        <button
          key={name} type="button" class="segment" aria-pressed={filter.value === name}
          onClick={() => { filter.value = name; }}
        >
          {say[name]} {board.state === 'ready' && <span class="count">{countOf(board, name)}</span>}
        </button>
      ))}
    </div>
  );
}

function countOf(board: BoardView, name: BoardFilter): number {
  if (name === 'others') return board.others.filter(({ arriving }) => !arriving).length;
  return board.cards.filter((card) => passes(card, name, now.value)).length;
}

interface BedsProps {
  readonly board: BoardView;
  /** What is drawn of them so far. */
  readonly bays: readonly Bay[];
  readonly canWrite: boolean;
}

function Beds({ board, bays: drawn, canWrite }: BedsProps): JSX.Element {
  const say = words.value.board;
  if (board.cards.length === 0 && board.beds.length === 0 && board.others.length === 0) {
    return (
      <div class="empty">
        <h2>{say.emptyTitle}</h2>
        <p>{say.emptyText}</p>
      </div>
    );
  }
  return (
    <>
      {drawn.map((bay) => (
        <section key={bay.name} class="bay" aria-label={bay.name === '' ? say.noBay : bay.name}>
          <h2>{bay.name === '' ? say.noBay : bay.name}</h2>
          <BayBeds bay={bay} />
          {bay.cards.length > 0 && (
            <ul class="bed-grid">{bay.cards.map((card) => <BedCardView key={card.stay} card={card} canWrite={canWrite} />)}</ul>
          )}
        </section>
      ))}
    </>
  );
}

/** How full the bay is, and which beds are empty: one quiet line, so that no empty bed tears the rows of cards apart. */
function BayBeds({ bay }: { bay: Bay }): JSX.Element | null {
  const say = words.value.board;
  if (bay.beds === 0) return null;
  return (
    <div class="bay-beds">
      <span>{say.bayBeds(bay.beds - bay.empty.length, bay.beds)}</span>
      {bay.empty.length > 0 && (
        <>
          <span>{say.emptyBeds}:</span>
          <ul>{bay.empty.map((label) => <li key={label} class="bed-chip">{label}</li>)}</ul>
        </>
      )}
    </div>
  );
}

function NoneMatch({ board, mayLookFurther }: { board: BoardView; mayLookFurther: boolean }): JSX.Element {
  const say = words.value.board;
  const nobody = filter.value === 'others' && board.others.length === 0;
  return (
    <div class="empty">
      <p>{nobody ? say.othersNone : say.noneMatch}</p>
      <button type="button" class="button" onClick={resetSearch}>{say.showAll}</button>
      {mayLookFurther && query.value.trim() !== '' && (
        <>
          <p>{words.value.glass.notFoundHere}</p>
          <a class="button" href={href({ screen: 'emergency' })} onClick={() => { wantedWord.value = query.value.trim(); }}><Icon name="search" /> {words.value.glass.lookAmongAll}</a>
        </>
      )}
    </div>
  );
}

interface Bay {
  readonly name: string;
  /** Beds of the ward's list; 0 and no empty ones while the board is narrowed. */
  readonly beds: number;
  readonly empty: readonly string[];
  readonly cards: readonly BedCard[];
}

/**
 * Bays in the order of their first bed, cards in that of their beds; two patients in one bed (a mistake, or a swap half
 * done) both show. Patients without a known bed come last. Empty beds only while nothing is searched.
 */
function bays(board: BoardView, shown: readonly BedCard[], narrowed: boolean): readonly Bay[] {
  const byBed = Map.groupBy(shown, (card) => card.bed);
  const beds = board.beds.toSorted((a, b) => a.order - b.order);
  const groups = Map.groupBy(beds, (bed) => bed.bay ?? '');

  const result: Bay[] = [...groups].map(([name, inBay]) => ({
    name,
    beds: narrowed ? 0 : inBay.length,
    empty: narrowed ? [] : inBay.filter((bed) => !byBed.has(bed.label)).map((bed) => bed.label),
    cards: inBay.flatMap((bed) => byBed.get(bed.label) ?? []),
  }));
  const known = new Set(beds.map((bed) => bed.label));
  const elsewhere = shown.filter((card) => card.bed === undefined || !known.has(card.bed));
  if (elsewhere.length > 0) result.push({ name: '', beds: 0, empty: [], cards: elsewhere });
  return result.filter((bay) => bay.cards.length > 0 || bay.empty.length > 0);
}

/** The first cards of all bays, in order; a bay whose turn has not come is not drawn yet. */
function firstOf(all: readonly Bay[], cards: number): readonly Bay[] {
  let left = cards;
  return all.flatMap((bay) => {
    const taken = bay.cards.slice(0, left);
    const turn = left > 0 || bay.cards.length === 0;
    left -= taken.length;
    return turn ? [{ ...bay, cards: taken }] : [];
  });
}

function Skeleton(): JSX.Element {
  return (
    <div class="bay">
      <p role="status" class="muted board-loading">{words.value.loading}</p>
      <div class="bed-grid" aria-hidden="true">
        {Array.from({ length: 6 }, (_, index) => <div key={index} class="bed-skeleton" />)}
      </div>
    </div>
  );
}
