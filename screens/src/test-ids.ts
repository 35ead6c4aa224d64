/**
 * The stable handles of the screens for browser tests. Roles and names are stable too (see words/); these are for what has
 * no name of its own, or whose name changes with the state.
 *
 * - `main-action`: the one button that leads on (hold the card → ask the shop → again); `stage` carries `data-stage`
 *   (`ready`, `entering`, `running`, `refused`, `wallet`, `asking`, `done`).
 * - `step-N` (1–9): the badge of a step in the figure, with `data-state` (`idle`, `started`, `passed`, `failed`, `waiting`).
 * - `phone`: the phone, with `data-screen` (`welcome`, `secrets`, `reading`, `provisional`, `card`, `consent`, `refusal`).
 * - `light`: the shop's light, with `data-verdict` (`green`, `red`) once there is one.
 * - `message-ID`: a message in the list; `message-decoded` and `message-hex`: its two readings.
 * - `persona-ID`: the radio button of a persona.
 */
export const testIds = {
  banner: 'banner',
  brand: 'brand',
  language: 'language',
  theme: 'theme',
  stage: 'stage',
  mainAction: 'main-action',
  again: 'again',
  persona: (id: string) => `persona-${id}`,
  figure: 'figure',
  step: (n: number) => `step-${n}`,
  stepTime: (n: number) => `step-time-${n}`,
  slow: 'slow-motion',
  timeline: 'timeline',
  live: 'live',
  phone: 'phone',
  start: 'start',
  pin: 'pin',
  password: 'signature-password',
  submitSecrets: 'submit-secrets',
  reference: 'reference',
  status: 'status',
  card: 'card',
  myNumber: 'my-number',
  unmaskNumber: 'unmask-my-number',
  allElements: 'all-elements',
  certificates: 'certificates',
  consent: 'consent',
  consentPin: 'consent-pin',
  allow: 'allow',
  deny: 'deny',
  refusal: 'refusal',
  refusalCode: 'refusal-code',
  retry: 'retry',
  shop: 'shop',
  ask: 'ask',
  light: 'light',
  checks: 'checks',
  check: (id: string) => `check-${id}`,
  leave: 'leave',
  messages: 'messages',
  stepTab: (n: number) => `messages-step-${n}`,
  message: (id: string) => `message-${id}`,
  messageDetail: 'message-detail',
  messageView: (view: 'decoded' | 'bytes') => `message-view-${view}`,
  messageDecoded: 'message-decoded',
  messageHex: 'message-hex',
  unmaskMessage: 'unmask-message',
} as const;
