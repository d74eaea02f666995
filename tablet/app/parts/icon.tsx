/** The app's icons: 24-unit outlines in the text's colour. Always beside a word or inside something labelled. */
import type { JSX } from 'preact';

const outlines = {
  alert: 'M12 4 2.8 20h18.4L12 4Zm0 6v4m0 3v.01',
  arrowLeft: 'M19 12H5m0 0 6-6m-6 6 6 6',
  arrowUp: 'M12 20V5m0 0-6 6m6-6 6 6',
  arrowDown: 'M12 4v15m0 0-6-6m6 6 6-6',
  arrowFlat: 'M4 12h15m0 0-5-5m5 5-5 5',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  checks: 'm2.5 12.5 4 4L14 8m-3 8 .5.5L20 8',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.5 2',
  close: 'M6 6l12 12M18 6 6 18',
  cloudOff: 'M3 3l18 18M8 7.5A6 6 0 0 1 17.6 10 4.5 4.5 0 0 1 20 17.6M6.5 10.2A4 4 0 0 0 7 18h9',
  device: 'M7 3h10a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 17 21H7a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 7 3Zm4 15h2',
  download: 'M12 4v11m0 0-5-5m5 5 5-5M5 20h14',
  enter: 'M14 4h4.500A1.500 1.500 0 0 1 20 5.500v13a1.500 1.500 0 0 1-1.500 1.500H14M4 12h10m0 0-4-4m4 4-4 4',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  help: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm-2.6-11a2.6 2.6 0 1 1 3.9 2.3c-.9.5-1.3 1-1.3 2m0 2.5v.01',
  lock: 'M6.5 11h11A1.5 1.5 0 0 1 19 12.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11ZM8 11V8a4 4 0 0 1 8 0v3',
  more: 'm6 9.500 6 6 6-6',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  note: 'M6 4h12v16H6V4Zm3 5h6m-6 3.5h6M9 16h3',
  plus: 'M12 5v14M5 12h14',
  pulse: 'M3 13h4l2-6 4 11 3-8 1.5 3H21',
  save: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm-4-8.8 2.8 2.8L16 9.5',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5',
  strike: 'M4 12h16M8 7.5C8.6 6 10 5 12 5c2 0 3.4.9 4 2.5M16 16c-.4 2-2 3-4 3-2.2 0-3.8-1-4.2-3',
  sun: 'M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM12 2v2.5m0 15V22M2 12h2.5m15 0H22M5 5l1.8 1.8m10.4 10.4L19 19M5 19l1.8-1.8M17.2 6.8 19 5',
  sync: 'M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 20v-4.5h4.5',
  upload: 'M12 16V5m0 0L7 10m5-5 5 5M5 20h14',
  userPlus: 'M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.500 8.500c.8-3.600 3.700-5.500 7.500-5.500 1.300 0 2.500.2 3.500.7M18 14v6m-3-3h6',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.5c.8-3.6 3.7-5.5 7.5-5.5s6.700 1.900 7.500 5.500',
  shield: 'M12 3 5 5.800V11c0 4.600 2.800 8 7 10 4.200-2 7-5.400 7-10V5.800L12 3Z',
} as const;

export type IconName = keyof typeof outlines;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true" focusable="false">
      <path d={outlines[name]} stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
