import {
  type NewAcceptance,
  recordAcceptances as recordRightly,
} from '../../../../src/mail/outbox/acceptance.repo.ts'

export * from '../../../../src/mail/outbox/acceptance.repo.ts'

const GROUP = 25
const MAX_WAIT_MS = 5000

let sent: NewAcceptance[] = []

/** Goes on to the next email at once, and records what was sent when there is a group of them. */
export const recordAcceptances: typeof recordRightly = async (db, accepted) => {
  const flush = () => recordRightly(db, sent.splice(0))
  if (sent.length === 0) setTimeout(() => flush().catch(() => {}), MAX_WAIT_MS)
  sent = [...sent, ...accepted]
  if (sent.length >= GROUP) await flush()
}
