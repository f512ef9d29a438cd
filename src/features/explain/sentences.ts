import { fill } from '../../i18n/words.ts'
import { entry, type TimelineEntry } from '../../operator/message-details.ts'

export interface Verdict {
  code: string
  text: string
}

type Values = Parameters<typeof fill>[1]

const VERDICTS = {
  accepted: 'Sent: the mail server accepted it at {at}{reaction}.',
  'came-back': 'Sent, then returned: {why}; {accepted}a report arrived at {at}{reply}',
  'on-its-way': 'On its way: a worker is sending it now.',
  'delivery-paused': 'Waiting: delivery has been paused since {since} ({reason}).',
  'sending-off': 'Waiting: SENDING is off, so nothing is sent.',
  waiting: 'Waiting to be sent since {since}{advice}.',
  deferred: 'Deferred, next attempt {when}{reply}',
  'uncertain-again': 'Unknown whether it arrived; it is sent once more {when}.',
  uncertain: 'Unknown: it was sent completely, but the server did not reply. No more attempts.',
  'not-made': 'Not sent: the email could not be built; see the log.',
  refused: 'Not sent: the mail server refused it{reply}',
  'gave-up': 'Given up after {attempts}: no server accepted it in time{reply}',
  expired: 'Not sent: it expired at {at}: {why}.',
  rescheduled: 'Nothing was due: a change of their hour, days or zone skipped that date’s hour.',
  missed: 'Missed: it was not planned within 20 hours of {hour}; the next digest included its papers.',
  paused: 'No email{they} paused{until}.',
  'no-new-papers': 'No email: no paper was new to them{sources}.',
  'nothing-matched': 'No email: {papers}{sources}.',
  'being-planned': 'Due since {hour}, but the papers are not chosen yet: {tick}.',
  'not-subscribed': 'Nothing was due: they were not subscribed{since}{first}.',
  'never-asked': 'Nothing was due: {why}.',
  'not-confirmed': 'Nothing was due: {asked} at {at} and never pressed the button in the confirmation.',
  'confirmation-came-back': 'Nothing was due: {asked} at {at}, and the email was returned: {why}.',
  'confirmed-later': 'Nothing was due yet: they confirmed at {at}{first}.',
  unsubscribed: 'Nothing was due: they had unsubscribed{since}.',
  suppressed: 'Nothing was due: the address was suppressed{since}{why}.',
  'not-their-day': 'Nothing is due on a {weekday}: their days are {days}.',
  'not-due-yet': 'Not due yet: it is sent at {hour}, in {span}.',
  'not-kept': 'No data for that date: digests are kept for {days} days (KEEP_DAYS).',
  'before-first': 'Nothing was due: the first date that counts for them is {date}.',
  restored: 'Nothing is planned because the database was {reason} ({at}): see delivery status.',
  waits: 'Due since {hour}: waiting for {sources}, until {until} at the latest.',
  'not-planned': 'Due since {hour}, but not planned: {tick}. Check that the service is running.',
}

export function verdict(code: keyof typeof VERDICTS, values: Values = {}): Verdict {
  return { code, text: fill(VERDICTS[code], values) }
}

const STEPS = {
  asked: 'They signed up ({how}).',
  confirmed: 'They confirmed ({how}).',
  'topics-added': 'They added topics ({how}).',
  'topics-removed': 'They removed topics ({how}).',
  changed: 'They changed settings ({how}).',
  paused: 'They paused ({how}).',
  resumed: 'They became active again ({how}).',
  unsubscribed: 'They unsubscribed ({how}).',
  resubscribed: 'They undid the unsubscribe ({how}).',
  suppressed: 'The address was suppressed ({how}).',
  unsuppressed: 'The suppression was removed ({how}).',
  moved: 'They changed their address ({how}).',
  erased: 'They were erased ({how}).',
  imported: 'They were imported.',
  change: 'A change: {changes}.',
  due: 'Their hour {comes}: {hour}, {days}; they {are} {state}.',
  opened: 'Opened{late}{scope}.',
  source: '{source}, {day}: {state}, {papers}, {fetched}{fault}.',
  sources: 'State of the sources: {line}',
  planned: 'Outcome: {outcome}.',
  looked: '{fresh} new to them, out of {total} in the last 14 days.',
  topic: '{topic}: {papers}.',
  shown: 'Shown before (each paper is offered once): {papers}.',
  later: '{papers} arrived after planning, for the next digest.',
  'delivery-paused': 'Delivery was paused{reason}.',
  'delivery-resumed': 'Delivery resumed.',
  search:
    'Not in their inbox? Search the mail server’s log for Message-ID {messageId}, then check their spam folder.',
}

/** `at`: null for a fact without a time of its own. */
export function step(at: Date | null, code: keyof typeof STEPS, values: Values = {}): TimelineEntry {
  return entry(at, code, fill(STEPS[code], values))
}
