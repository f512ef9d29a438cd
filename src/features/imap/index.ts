import type { Feature } from '../../core/feature.ts'
import { IMAP_SETTINGS } from './settings.ts'

declare module '../../core/queue.ts' {
  interface FeatureNudgeNames {
    'fetch-mailbox': true
  }
}

/** Trying a wrong password each minute locks accounts. */
const REST_MS = 15 * 60_000

/** Reads bounces from a mailbox, each minute: BOUNCE_IMAP. */
export const imap: Feature = {
  name: 'imap',
  settings: IMAP_SETTINGS,
  nudges: [
    {
      name: 'fetch-mailbox',
      does: 'fetching bounces and complaints',
      notice: 'reports',
      pollSeconds: 5,
      restMs: REST_MS,
      run: async (deps, input) => (await import('./fetch-mailbox.ts')).fetchMailbox(deps, input),
    },
  ],
  errors: async () => (await import('./mailbox-fault.ts')).mailboxErrors,
  checks: [
    {
      name: 'mailbox',
      settings: IMAP_SETTINGS.map(({ name }) => name),
      check: async (config, input) => (await import('./check-mailbox.ts')).checkMailbox(config, input),
    },
  ],
}
