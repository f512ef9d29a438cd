import { classText, newestFailure } from '../../bounces/bounce-text.ts'
import type { MessageWithHistory } from '../../mail/outbox/message-list.repo.ts'
import { isWaiting, type MessageDetails, messageReasonText } from '../message-details.ts'
import { quantity } from '../operations/text-table.ts'
import { type ExplainContext, pausesBetween } from './context.ts'
import { utcText, type Verdict, verdict } from './format.ts'

export function mailVerdict(context: ExplainContext, mail: MessageDetails): Verdict {
  const [accepted] = mail.acceptances
  const last = mail.tries.at(-1)
  const reply = last?.reply ? `: ${last.reply}` : ''
  const bounceVerdict = returnedVerdict(mail)
  if (bounceVerdict) return bounceVerdict
  if (accepted)
    return verdict(
      'accepted',
      `Sent: the mail server accepted it at ${utcText(accepted.at)}${readerReaction(mail)}.`,
    )
  if (mail.state === 'taken') return verdict('on-its-way', 'On its way: a worker is sending it now.')
  if (isWaiting(mail)) return waiting(context, mail, reply)
  switch (mail.state) {
    case 'refused':
      if (mail.reason === 'render-failed')
        return verdict('not-made', 'Not sent: the email could not be built; see the log.')
      return verdict('refused', `Not sent: the mail server refused it${reply}`)
    case 'gave_up':
      return verdict(
        'gave-up',
        `Given up after ${quantity(mail.attempts, 'attempt')}: no server accepted it in time${reply}`,
      )
    case 'uncertain':
      return verdict(
        'uncertain',
        'Unknown: it was sent completely, but the server did not reply. No more attempts.',
      )
    default:
      return skipped(context, mail)
  }
}

/** A report about an email is newer than the outcome of sending it. */
function returnedVerdict({ acceptances, bounces }: MessageDetails): Verdict | undefined {
  const failure = newestFailure(bounces)
  if (!failure) return undefined
  const taken = acceptances[0] ? `the mail server accepted it at ${utcText(acceptances[0].at)}, and ` : ''
  const said = failure.reply ? `: ${failure.reply}` : '.'
  return verdict(
    'came-back',
    `Sent, then returned: ${classText(failure)}; ${taken}a report arrived at ${utcText(failure.at)}${said}`,
  )
}

function readerReaction({ bounces }: MessageDetails): string {
  const classes = bounces.map(({ class: kind }) => kind)
  const isUnproven = bounces.some(
    ({ class: kind, effect }) => kind === 'complaint' && effect === 'unsubscribed',
  )
  if (isUnproven) return ', and a report without proof says it is spam'
  if (classes.includes('complaint')) return ', and the reader marked it as spam'
  return classes.includes('unsubscribe') ? ', and the reader unsubscribed through it' : ''
}

function waiting(
  { sending, pauses, rateLimitDelay, now }: ExplainContext,
  mail: MessageWithHistory,
  reply: string,
): Verdict {
  const pause = pauses.find(({ to }) => !to)
  if (pause)
    return verdict(
      'delivery-paused',
      `Waiting: delivery has been paused since ${utcText(pause.from)} (${pause.reason}).`,
    )
  if (sending === 'off') return verdict('sending-off', 'Waiting: SENDING is off, so nothing is sent.')
  if (mail.state === 'ready' && rateLimitDelay)
    return verdict(rateLimitDelay.code, `Waiting because of a rate limit: ${rateLimitDelay.text}.`)
  if (mail.state === 'ready') {
    const asks =
      now.getTime() - mail.datedAt.getTime() > SLOW_AFTER_MS
        ? '; check in delivery status that a worker is running'
        : ''
    return verdict('waiting', `Waiting to be sent since ${utcText(mail.datedAt)}${asks}.`)
  }
  const when = mail.nextTry > now ? `at ${utcText(mail.nextTry)}` : 'with the next run'
  if (mail.state === 'uncertain')
    return verdict('uncertain-again', `Unknown whether it arrived; it is sent once more ${when}.`)
  return verdict('deferred', `Deferred, next attempt ${when}${reply}`)
}

/** Workers take ready messages within seconds, and finish all of a date within a quarter of an hour. */
const SLOW_AFTER_MS = 15 * 60_000

function skipped({ pauses, sending }: ExplainContext, mail: MessageWithHistory): Verdict {
  const { reason, datedAt, deadline } = mail
  if (reason !== 'expired')
    return verdict(`skipped-${reason ?? 'unknown'}`, `Not sent: ${messageReasonText(reason)}.`)
  const [pause] = pausesBetween(pauses, datedAt, deadline)
  const why = pause
    ? `: delivery was paused from ${utcText(pause.from)}`
    : sending === 'off'
      ? ': SENDING is off'
      : ': no worker took it, or a rate limit held it up'
  return verdict('expired', `Not sent: it expired at ${utcText(deadline)}${why}.`)
}
