import type { Party } from '../api/answers.ts';

/** Line icons on a 24 × 24 grid, drawn for Tegata: SVG path data to be stroked. */
export const partyIcons: Readonly<Record<Party, string>> = {
  // A card with a chip.
  card: 'M3.5 5.5h17a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-17a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1Z M5.5 9.5h5v4h-5Z M8 9.5v4 M13.5 15.5h5 M13.5 12.5h3',
  // A pen over a line.
  'applicant-app':
    'M4 20h16 M6.5 16.5l.7-3.4L16.4 3.9a1.4 1.4 0 0 1 2 0l.7.7a1.4 1.4 0 0 1 0 2L9.9 15.8Z M14.6 5.7l2.7 2.7',
  // A tray that takes in.
  smp: 'M3 13.5h4.8l1.4 2.6h5.6l1.4-2.6H21V19a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1Z M3 13.5 6 8 M21 13.5 18 8 M12 3.5V11 M9 8.2l3 3 3-3',
  // A seal, as pressed on paper.
  iaca: 'M9.2 11.5c0-2-1-2.6-1-4.5a3.8 3.8 0 0 1 7.6 0c0 1.9-1 2.5-1 4.5 M6 15.5v-2a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v2Z M5 19.5h14',
  // A certificate with its answer.
  jpki: 'M13 20H5a1 1 0 0 1-1-1V4.5a1 1 0 0 1 1-1h10.5l3.5 3.5v4 M8 8.5h5 M8 12h4 M14.5 17.8l2 2 4-4.5',
  // A closed envelope.
  'wallet-provider': 'M3.5 6h17v12.5h-17Z M3.5 6.5 12 13.2l8.5-6.7',
  // A wallet with a card in it.
  wallet:
    'M4 8.5h15.5a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H4.5a1.5 1.5 0 0 1-1.5-1.5V7.5 M6 8.5V4.5h11v4 M16 13h4.5v3H16a1.5 1.5 0 0 1 0-3Z',
  // A noren over a door.
  verifier:
    'M3 4.5h18 M4.5 4.5v7.5c0 .8 4.5.8 4.5 0V4.5 M9.5 12c0 .8 5 .8 5 0V4.5 M15 12c0 .8 4.5.8 4.5 0V4.5 M5.5 14.5V20.5h13v-6',
};

export const signs = {
  passed: 'M5 12.5l4.5 4.5L19 7.5',
  failed: 'M6.5 6.5l11 11 M17.5 6.5l-11 11',
  waiting: 'M7 4h10 M7 20h10 M8 4c0 4.5 3.2 5.5 4 8-.8 2.5-4 3.5-4 8 M16 4c0 4.5-3.2 5.5-4 8 .8 2.5 4 3.5 4 8',
  warning: 'M12 4 2.8 19.5h18.4Z M12 10v4.5 M12 17v.2',
  idle: 'M6 12h12',
  hold: 'M4 7.5h9a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z M17 8.5a5 5 0 0 1 0 7 M19.5 6a8.5 8.5 0 0 1 0 12',
  next: 'M9 5.5l6.5 6.5L9 18.5',
  down: 'M5.5 9l6.5 6.5L18.5 9',
  lock: 'M6 10.5h12v9H6Z M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z M12 2.5v2 M12 19.5v2 M2.5 12h2 M19.5 12h2 M5.3 5.3l1.4 1.4 M17.3 17.3l1.4 1.4 M5.3 18.7l1.4-1.4 M17.3 6.7l1.4-1.4',
} as const;
export type Sign = keyof typeof signs;
