import type { Deps } from '../../core/deps.ts'
import type { Lane } from '../message.ts'
import { reachedMessage, type SendFailure } from '../refusals/classify-reply.ts'
import { openWindow } from './circuit-breaker.ts'
import {
  addMissingReply,
  forgetMissingReplies,
  MAX_MISSING_REPLIES,
  recordUnanswered,
} from './missing-replies.repo.ts'
import type { Run } from './run.ts'

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
