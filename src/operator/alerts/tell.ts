import { DAY_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { failureOf } from '../../core/errors.ts'
import { siteOf } from '../../emails/compose-message.ts'
import { nameInSubject } from '../../mail/templates/email.ts'
import { sendDirectly } from '../send-directly.ts'
import { claimNotices, markTold, type Notice, tellingsSince, tryLater, untoldNotices } from './notice.repo.ts'
import { writeNotice, writeRest } from './write-notice.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Mails in one hour. What is more comes in the last of them, a line each. */
const MAX_PER_HOUR = 6
/** Nobody wants to hear of what is older. */
const NEWS_MS = 7 * DAY_MS
/** A process that dies while it tells keeps the others from it for as long. */
const CLAIM_MS = 5 * MINUTE_MS
const PAUSES_MS = [1, 5, 15, 60].map((minutes) => minutes * MINUTE_MS)

/**
 * Mails OPERATOR_EMAIL what was found and not told, beside the messages: whether delivery is paused does not matter,
 * SENDING=off does. Each is told at least once, and once only but where no answer came.
 */
export async function tellNotices(deps: Deps): Promise<void> {
  const { OPERATOR_EMAIL, SMTP_URL, SENDING } = deps.config
  if (!OPERATOR_EMAIL || !SMTP_URL || SENDING === 'off') return
  const now = deps.clock.now()
  const untold = await untoldNotices(deps.db, { since: before(now, NEWS_MS), now })
  if (untold.length === 0) return
  const room = MAX_PER_HOUR - (await tellingsSince(deps.db, before(now, HOUR_MS)))
  for (const [i, together] of mailsOf(untold, room).entries()) {
    if (!(await tell(deps, OPERATOR_EMAIL, together, i))) return
  }
}

const before = (now: Date, ms: number): Date => new Date(now.getTime() - ms)

/** What goes into which mail. */
function mailsOf(untold: Notice[], room: number): Notice[][] {
  if (room <= 0) return []
  const alone = untold.length <= room ? untold.length : room - 1
  const rest = untold.slice(alone)
  return [...untold.slice(0, alone).map((one) => [one]), ...(rest.length > 0 ? [rest] : [])]
}

/** False where the mail server did not take it: the next one need not be tried. */
async function tell(deps: Deps, to: string, notices: Notice[], place: number): Promise<boolean> {
  const { db, clock, log, config } = deps
  const now = clock.now()
  const ids = notices.map(({ id }) => id)
  const claimed = await claimNotices(db, { ids, now, until: new Date(now.getTime() + CLAIM_MS) })
  const ours = notices.filter(({ id }) => claimed.includes(id))
  const [first] = ours
  if (!first) return true
  const written = ours.length === 1 ? writeNotice(first) : writeRest(ours)
  const email = { ...written, subject: `${nameInSubject(siteOf(config))}: ${written.subject}` }
  const refusal = await refusalOf(deps, { kind: 'notice' as const, to, ...email })
  if (refusal === undefined) {
    // Mails of one hour are counted by their instants.
    await markTold(db, claimed, new Date(clock.now().getTime() + place))
    log.info('notice.told', { notices: claimed.join(','), kind: first.kind })
    return true
  }
  const pause = PAUSES_MS[first.tries] ?? PAUSES_MS.at(-1)!
  await tryLater(db, claimed, new Date(now.getTime() + pause))
  log.error('notice.not-told', { notices: claimed.join(','), kind: first.kind, what: refusal })
  return false
}

/** What kept the mail from being taken; undefined where it was. */
async function refusalOf(deps: Deps, mail: Parameters<typeof sendDirectly>[1]): Promise<string | undefined> {
  try {
    const { result } = await sendDirectly(deps, mail)
    return result?.accepted ? undefined : (result?.answer ?? 'nothing was sent')
  } catch (error) {
    return failureOf(error).what
  }
}
