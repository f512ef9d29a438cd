import { MINUTE_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { endIncident, recordIncident } from '../../core/incident.repo.ts'
import { endDomainIncidents } from '../../limits/send-rate.repo.ts'
import { LANES, type Lane } from '../message.ts'
import { reachedMessage, type SendFailure } from '../refusals/classify-reply.ts'
import { openWindow } from './circuit-breaker.ts'
import {
  addMissingReply,
  forgetMissingReplies,
  MAX_MISSING_REPLIES,
  recordUnanswered,
} from './missing-replies.repo.ts'
import type { Run } from './run.ts'

// Whether the mail server can be reached during a run, and whether it replies to the emails that it takes.

export const LOGIN_CAUSES = ['login-refused', 'tls-refused']
export const REFUSALS = ['refused-alike', 'refused-much']

/** The beginning of the incident's name; the lane follows. */
export const DELIVERY_INCIDENT = 'delivery '

const nameOf = (lane: Lane): string => DELIVERY_INCIDENT + lane

/**
 * Records during a run whether the server answers: a run may end without a stop, since its emails wait for their next
 * try, or last for hours. The incident begins with the first attempt that does not reach the server, unless another
 * attempt of this run did within the last minute: busy servers refuse single connections.
 */
export function openServerWatch(deps: Deps, lane: Lane, run: Run) {
  const { db, clock } = deps
  const openedAt = clock.now().getTime()
  let reachedAt = 0
  let endedAt = 0
  let written = Promise.resolve()
  /** In order, so that the newest result is what remains. */
  const writeNext = (write: () => Promise<void>): Promise<void> => {
    written = written.then(() => withLoggedErrors(deps, write))
    return written
  }

  return {
    /** Ends the incident of both lanes, which use one server; again each minute, in case another run opened one. */
    reached: async (): Promise<void> => {
      const now = clock.now().getTime()
      reachedAt = now
      if (run.halt.aborted || now - endedAt < MINUTE_MS) return
      endedAt = now
      // Within the first minute, another connection may still find that the login is refused, which stops the run.
      const isLoginGood = run.result.accepted > 0 && now - openedAt >= MINUTE_MS
      await writeNext(() => endServerIncidents(db, ['unreachable', ...(isLoginGood ? LOGIN_CAUSES : [])]))
    },
    notReached: async (): Promise<void> => {
      const since = clock.now()
      // Once the run stops, recordStop records why.
      if (run.halt.aborted || since.getTime() - reachedAt < MINUTE_MS) return
      endedAt = 0
      const incident = { name: nameOf(lane), what: 'unreachable', detail: run.lastReply, since }
      await writeNext(() => recordIncident(db, incident))
    },
  }
}

async function endServerIncidents(db: Deps['db'], causes: string[]): Promise<void> {
  for (const lane of LANES) await endIncident(db, nameOf(lane), causes)
}

/**
 * Records incidents for the operator's alerts at the end of a run. A stop lasts until a run of this lane, or of any lane
 * if the login was the cause, gets an email accepted and does not stop; refusals of a domain last until the domain
 * accepts an email.
 */
export async function recordStop(deps: Deps, lane: Lane, run: Run): Promise<void> {
  const { result, lastReply, acceptedDomains } = run
  const { stopped, accepted } = result
  await withLoggedErrors(deps, async ({ db, clock }) => {
    // A pause for missing replies has an incident of its own: see openReplyWatch.
    if (stopped && stopped !== 'unanswered')
      await recordIncident(db, { name: nameOf(lane), what: stopped, detail: lastReply, since: clock.now() })
    else if (accepted > 0 && !stopped) {
      await endIncident(db, nameOf(lane), REFUSALS)
      await endServerIncidents(db, LOGIN_CAUSES)
    }
    if (acceptedDomains.size > 0) await endDomainIncidents(db, acceptedDomains)
  })
}

async function withLoggedErrors(deps: Deps, write: (deps: Deps) => Promise<void>): Promise<void> {
  try {
    await write(deps)
  } catch (error) {
    deps.log.error('database.error', { what: errorText(error) })
  }
}

interface ReplyWatchInput {
  lane: Lane
  run: Run
  retryUntilWritten: <T>(write: () => Promise<T>) => Promise<T>
}

/** Newest emails of a run; a share in per cent. */
const WINDOW = { window: 500, least: MAX_MISSING_REPLIES, share: 2 }

/**
 * Pauses a lane whose mail server takes emails and does not reply. Each such email may have arrived, and is repeated
 * once, so without a pause everybody would get that night's email twice. While the lane is paused, one email a minute
 * is tried: a probe. Any reply to its body resumes the lane.
 *
 * A probe is an email that was never sent, if one is ready. It becomes uncertain too, so one person a minute may get
 * theirs twice. A repeat would use up the only further try of an uncertain email at a server that may lose it, and then
 * that person would not get it at all.
 */
export function openReplyWatch({ clock, log, db }: Deps, { lane, run, retryUntilWritten }: ReplyWatchInput) {
  const window = openWindow(WINDOW)
  let mayBeMissing = run.missingReplies > 0

  const received = async (): Promise<void> => {
    window.record('', false)
    // Emails that were in progress when the run stopped began before the pause, so they do not end it.
    if (!mayBeMissing || run.halt.aborted) return
    mayBeMissing = false
    const wasPaused = await retryUntilWritten(() => forgetMissingReplies(db, lane))
    if (wasPaused) log.warn('delivery.resumed', { lane })
  }

  const missed = async (reply: string): Promise<void> => {
    // We may have stopped waiting because the process ends.
    if (run.halt.aborted) return
    mayBeMissing = true
    const at = clock.now()
    const share = window.record('', true)
    const atLeast = share && MAX_MISSING_REPLIES
    const count = await retryUntilWritten(() => addMissingReply(db, lane, { reply, at, atLeast }))
    if (count < MAX_MISSING_REPLIES) return
    run.stop('unanswered')
    const which = share ? `${share.share} % of the last ${share.of} emails` : `${count} emails in a row`
    await retryUntilWritten(() => recordUnanswered(db, lane, { detail: `${which}: ${reply}`, at }))
  }

  return {
    accepted: async (): Promise<void> => {
      await received()
      if (run.isProbe) run.end()
    },
    failed: async (failure: SendFailure): Promise<void> => {
      if (failure.outcome === 'uncertain') await missed(failure.reply)
      else if (failure.bodyWritten && failure.status !== null) await received()
      if (run.isProbe && reachedMessage(failure)) run.end()
    },
  }
}
