import { classText, newestFailure } from '../../bounces/bounce-text.ts'
import { emailDomain } from '../../limits/send-rate.ts'
import { deliveryLimitText } from '../../operator/delivery-report.ts'
import { isWaiting, type MessageDetails, messageReasonText } from '../../operator/message-details.ts'
import { quantity } from '../../operator/operations/text-table.ts'
import type { Consent } from '../../subscribers/consent.repo.ts'
import { utcText } from './format.ts'
import { pausesBetween, type Recorded } from './recorded.ts'
import { type Verdict, verdict } from './sentences.ts'

export function mailVerdict(recorded: Recorded, mail: MessageDetails): Verdict {
  const [accepted] = mail.acceptances
  const last = mail.tries.at(-1)
  const reply = last?.reply ? `: ${last.reply}` : ''
  const returned = returnedVerdict(mail)
  if (returned) return returned
  if (accepted) return verdict('accepted', { at: utcText(accepted.at), reaction: readerReaction(mail) })
  if (isWaiting(mail)) return waitingVerdict(recorded, mail, reply)
  switch (mail.state) {
    case 'taken':
      return verdict('on-its-way')
    case 'refused':
      return mail.reason === 'render-failed' ? verdict('not-made') : verdict('refused', { reply })
    case 'gave_up':
      return verdict('gave-up', { attempts: quantity(mail.attempts, 'attempt'), reply })
    case 'uncertain':
      return verdict('uncertain')
    default:
      return skippedVerdict(recorded, mail)
  }
}

/** A report about an email is newer than the outcome of sending it. */
function returnedVerdict({ acceptances, bounces }: MessageDetails): Verdict | undefined {
  const failure = newestFailure(bounces)
  if (!failure) return undefined
  return verdict('came-back', {
    why: classText(failure),
    accepted: acceptances[0] ? `the mail server accepted it at ${utcText(acceptances[0].at)}, and ` : '',
    at: utcText(failure.at),
    reply: failure.reply ? `: ${failure.reply}` : '.',
  })
}

function readerReaction({ bounces }: MessageDetails): string {
  const complaints = bounces.filter(({ class: kind }) => kind === 'complaint')
  if (complaints.some(({ effect }) => effect === 'unsubscribed'))
    return ', and a report without proof says it is spam'
  if (complaints.length > 0) return ', and the reader marked it as spam'
  const hasUnsubscribed = bounces.some(({ class: kind }) => kind === 'unsubscribe')
  return hasUnsubscribed ? ', and the reader unsubscribed through it' : ''
}

/** Workers take ready messages within seconds, and finish all of a date within a quarter of an hour. */
const SLOW_AFTER_MS = 15 * 60_000

function waitingVerdict(recorded: Recorded, mail: MessageDetails, reply: string): Verdict {
  const { config, pauses, now } = recorded
  const end = endOfDigests(recorded, mail)
  // A repeat is not sent either.
  if (end && mail.state === 'uncertain') return verdict('uncertain')
  if (end) return { code: `ended-${end.event}`, text: `It will not be sent: ${endText(end)}.` }
  const pause = pauses.find(({ to }) => !to)
  if (pause) return verdict('delivery-paused', { since: utcText(pause.from), reason: pause.reason ?? '' })
  if (config.SENDING === 'off') return verdict('sending-off')
  if (mail.state === 'ready') {
    const isSlow = now.getTime() - mail.datedAt.getTime() > SLOW_AFTER_MS
    const advice = isSlow ? '; check in delivery status that a worker is running' : ''
    return limitVerdict(recorded, mail) ?? verdict('waiting', { since: utcText(mail.datedAt), advice })
  }
  const when = mail.nextTry > now ? `at ${utcText(mail.nextTry)}` : 'with the next run'
  return verdict(mail.state === 'uncertain' ? 'uncertain-again' : 'deferred', { when, reply })
}

/** The rate limit that delays a digest. */
function limitVerdict({ limits }: Recorded, { toAddress }: MessageDetails): Verdict | undefined {
  const domain = toAddress && emailDomain(toAddress)
  const limit = limits.find((one) =>
    one.kind === 'ramp-up' ? one.left === 0 : domain && one.domain === domain,
  )
  if (!limit) return undefined
  const code = limit.kind === 'ramp-up' ? 'ramp-up' : `domain-${limit.kind}`
  return { code, text: `Waiting because of a rate limit: ${deliveryLimitText(limit)}.` }
}

const ENDS: Partial<Record<Consent['event'], string>> = {
  unsubscribed: 'they unsubscribed',
  suppressed: 'the address was suppressed',
  paused: 'they paused',
}
const RETURNS: Consent['event'][] = ['confirmed', 'resumed', 'resubscribed', 'unsuppressed']

/** What ended their digests after this one was queued and before its deadline; undefined if they came back since. */
export function endOfDigests(
  { consents, now }: Recorded,
  { datedAt, deadline }: MessageDetails,
): Consent | undefined {
  const until = now < deadline ? now : deadline
  const last = consents.findLast(
    ({ event, at }) => at >= datedAt && at <= until && (ENDS[event] || RETURNS.includes(event)),
  )
  return last && ENDS[last.event] ? last : undefined
}

const endText = ({ event, at }: Consent): string => `${ENDS[event]} at ${utcText(at)}`

function skippedVerdict(recorded: Recorded, mail: MessageDetails): Verdict {
  const { pauses, config } = recorded
  const { reason, datedAt, deadline } = mail
  if (reason !== 'expired')
    return { code: `skipped-${reason ?? 'unknown'}`, text: `Not sent: ${messageReasonText(reason)}.` }
  const end = endOfDigests(recorded, mail)
  if (end) return { code: `skipped-${end.event}`, text: `Not sent: ${endText(end)}.` }
  const [pause] = pausesBetween(pauses, datedAt, deadline)
  const otherwise =
    config.SENDING === 'off' ? 'SENDING is off' : 'no worker took it, or a rate limit held it up'
  const why = pause ? `delivery was paused from ${utcText(pause.from)}` : otherwise
  return verdict('expired', { at: utcText(deadline), why })
}
