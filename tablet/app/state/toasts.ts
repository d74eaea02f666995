/** Short messages that come and go at the foot of the page, read out by screen readers. */
import { signal } from '@preact/signals';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'done' | 'failed';
}

const SHOWN_MS = 6_000;

export const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

export function toast(text: string, tone: Toast['tone'] = 'done'): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value, { id, text, tone }];
  setTimeout(() => dismissToast(id), SHOWN_MS);
}

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((shown) => shown.id !== id);
}
