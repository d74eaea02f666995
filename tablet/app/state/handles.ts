/**
 * Who has logged in on this device, to be chosen instead of typed. Handles are assigned and not personal; still, where a
 * desk belongs to one person nobody needs the list, so it is off there until somebody asks for it (LOCK-3).
 */
import { signal } from '@preact/signals';

const MOST = 8;
const LIST = 'wardsync.handles';
const WANTED = 'wardsync.remember-handles';

/** The last one first. */
export const knownHandles = signal<readonly string[]>([]);
export const remembersHandles = signal(false);

/** `isShared`: a tablet, which goes from hand to hand. Call once. */
export function startHandles(isShared: boolean): void {
  const wanted = read(WANTED);
  remembersHandles.value = wanted === null ? isShared : wanted === 'yes';
  knownHandles.value = remembersHandles.value ? parsed(read(LIST)) : [];
}

export function noteHandle(handle: string): void {
  if (remembersHandles.peek()) keep([handle, ...knownHandles.peek().filter((known) => known !== handle)].slice(0, MOST));
}

export function rememberHandles(wanted: boolean): void {
  remembersHandles.value = wanted;
  write(WANTED, wanted ? 'yes' : 'no');
  if (!wanted) keep([]);
}

export function forgetHandles(): void {
  keep([]);
}

function keep(handles: readonly string[]): void {
  knownHandles.value = handles;
  write(LIST, handles.length === 0 ? null : JSON.stringify(handles));
}

function parsed(text: string | null): readonly string[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage is refused (private window): the list lasts until the page closes.
  }
}
