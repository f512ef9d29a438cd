import type { BounceEffect } from '../../bounces/bounce.repo.ts'
import { bounceText, newestFailure } from '../../bounces/bounce-text.ts'
import { DAY_MS, instantOf } from '../../core/dates.ts'
import type { DigestContent, DigestSection } from '../../digests/digest-content.ts'
import { weekdayDateWithYear, weekdaysText } from '../../i18n/dates.ts'
import { topicNames } from '../../queries/language/topic-name.ts'
import type { ShownPaper } from '../../queries/reasons/shown-paper.ts'
import { sourceTitle } from '../../sources/registry.ts'
import { type Change, changedSettings, topicDifference } from '../../subscribers/change.ts'
import type { Consent } from '../../subscribers/subscriber.repo.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import { entry, type MessageDetails, messageTimeline, type TimelineEntry } from '../message-details.ts'
import { quantity } from '../operations/text-table.ts'
import { sourceFaultText, sourceStateText } from '../source-status.ts'
import { type ExplainContext, pausesBetween } from './context.ts'
import { hourText, quotedTitle, some, utcText } from './format.ts'

/** All steps that led to the verdict, in order of time. */
export const timelineOf = (context: ExplainContext): TimelineEntry[] =>
  inOrder([
    ...consentSteps(context),
    ...importSteps(context),
    ...withPrevious(context.changes.toReversed(), context).flatMap(changeStep),
    ...dueSteps(context),
    ...sourceSteps(context),
    ...planSteps(context),
    ...pauseSteps(context),
    ...(context.mail
      ? [...messageTimeline(context.mail, context.now), ...searchSteps(context, context.mail)]
      : []),
    ...context.otherMails.flatMap((mail) => messageTimeline(mail, context.now)),
    ...returnSteps(context),
  ])

/** A step without a time stays after the step before it. */
function inOrder(steps: TimelineEntry[]): TimelineEntry[] {
  let last = 0
  const timed = steps.map((step) => {
    last = step.at?.getTime() ?? last
    return { step, time: last }
  })
  return timed.sort((a, b) => a.time - b.time).map(({ step }) => step)
}

/** The window is from the start of the local date to two days after, to show what they did after the missing email. */
const AFTERWARDS_MS = 2 * DAY_MS

/** The items in the window, and the newest one before it that counts. `all`: oldest first. */
function withPrevious<T extends { at: Date }>(
  all: readonly T[],
  { date, subscription: { zone } }: ExplainContext,
  counts: (one: T) => boolean = () => true,
): T[] {
  const from = instantOf(date, 0, zone)
  const to = new Date(from.getTime() + AFTERWARDS_MS)
  const before = all.findLast((one) => one.at < from && counts(one))
  return [...(before ? [before] : []), ...all.filter(({ at }) => at >= from && at < to)]
}

const EVENTS: Record<Consent['event'], string> = {
  asked: 'They signed up',
  confirmed: 'They confirmed',
  'topics-added': 'They added topics',
  'topics-removed': 'They removed topics',
  changed: 'They changed settings',
  paused: 'They paused',
  resumed: 'They became active again',
  unsubscribed: 'They unsubscribed',
  resubscribed: 'They undid the unsubscribe',
  suppressed: 'The address was suppressed',
  unsuppressed: 'The suppression was removed',
  moved: 'They changed their address',
  erased: 'They were erased',
}

/** Events that the entry of a change describes in more detail. */
const COVERED_BY_CHANGE: Consent['event'][] = ['topics-added', 'topics-removed', 'changed']

function consentSteps(context: ExplainContext): TimelineEntry[] {
  const changeTimes = new Set(context.changes.map(({ at }) => at.getTime()))
  const states = context.consents.filter(
    ({ event, at }) => !(COVERED_BY_CHANGE.includes(event) && changeTimes.has(at.getTime())),
  )
  return withPrevious(states, context).map(({ at, event, how }) =>
    entry(at, event, `${EVENTS[event]} (${how}).`),
  )
}

/** For every date, since the imported consent may be older. */
const importSteps = ({ subject: { importedAt } }: ExplainContext): TimelineEntry[] =>
  importedAt ? [entry(importedAt, 'imported', 'They were imported.')] : []

function changeStep({ at, before, after }: Change): TimelineEntry[] {
  const settings = changedSettings(before, after).map(
    (name) => `${NAMES[name] ?? name} ${String(before[name])} to ${String(after[name])}`,
  )
  const { added, removed, edited } = topicDifference(before.topics, after.topics)
  const parts = [
    ...settings,
    ...added.map(({ name }) => `topic “${name}” added`),
    ...removed.map(({ name }) => `topic “${name}” removed`),
    ...edited.map(({ from, to }) => `topic “${from.query}” to “${to.query}”`),
  ]
  return parts.length > 0 ? [entry(at, 'change', `A change: ${parts.join('; ')}.`)] : []
}

const NAMES: Record<string, string> = { maxPapers: 'papers per email' }

function dueSteps({ due, subscription, date, now, state }: ExplainContext): TimelineEntry[] {
  if (!due || state === 'none') return []
  const { zone, days } = subscription
  const [comes, are] = due.dueAt > now ? ['comes', 'are'] : ['came', 'were']
  const text = `Their hour ${comes}: ${hourText(due.dueAt, zone, date)}, ${weekdaysText(days)}; they ${are} ${state}.`
  return [entry(due.dueAt, 'due', text)]
}

function sourceSteps({ sources, digest }: ExplainContext): TimelineEntry[] {
  if (!digest) return []
  return sources.map(({ source, day, state, reason, papers, lastFault, lastStatus, fetchedAt }) => {
    const fault = lastFault ? `; last error: ${sourceFaultText(lastFault, lastStatus)}` : ''
    const read = fetchedAt ? `, last fetched ${utcText(fetchedAt)}` : ', never fetched'
    const text = `${sourceTitle(source)}, ${weekdayDateWithYear(day)}: ${sourceStateText({ state, reason })}, ${quantity(papers, 'paper')}${read}${fault}.`
    return entry(null, 'source', text)
  })
}

function planSteps(context: ExplainContext): TimelineEntry[] {
  const { digest, due } = context
  if (!digest) return []
  const { maxPaperId, sources, plannedAt } = digest.plan
  const late = digest.createdAt.getTime() - (due?.dueAt.getTime() ?? 0) > LATE_MS
  const looks = digest.outcome !== 'missed' && digest.outcome !== 'paused'
  const opened = `Opened${late ? ' late' : ''}${looks ? `: it could look at papers up to number ${maxPaperId}` : ''}.`
  const at = context.mail?.datedAt ?? (digest.outcome === 'due' ? null : (plannedAt ?? digest.createdAt))
  return [
    entry(digest.createdAt, 'opened', opened),
    ...(looks && sources ? [entry(null, 'sources', `State of the sources: ${sources}`)] : []),
    ...(at ? [entry(at, 'planned', outcomeText(context))] : []),
    ...(digest.content ? sectionEntries(digest.content, context.subscription.topics) : []),
    ...(context.nothingMatched?.steps ?? []),
  ]
}

/**
 * Bounces in the window for messages of other dates or for unknown messages, and the last one before it that had an
 * effect.
 */
function returnSteps(context: ExplainContext): TimelineEntry[] {
  const shown = [context.mail, ...context.otherMails].map((mail) => mail?.id)
  const others = context.returns.filter(({ messageId }) => !messageId || !shown.includes(messageId))
  return withPrevious(others, context, ({ effect }) => ACTIONS_TAKEN.includes(effect)).map((one) => {
    const about = one.messageId ? `For ${one.kind ?? 'an email'} ${one.messageId}: ` : ''
    return entry(one.at, `bounce-${one.class}`, about + bounceText(one))
  })
}

const ACTIONS_TAKEN: BounceEffect[] = ['suppressed', 'paused', 'unsubscribed', 'dropped']

/** Hints for a subscriber who did not find an accepted email. */
function searchSteps(
  { senderDomain }: ExplainContext,
  { id, kind, acceptances, bounces }: MessageDetails,
): TimelineEntry[] {
  if (acceptances.length === 0 || newestFailure(bounces)) return []
  const text = `Not in their inbox? Search the mail server’s log for Message-ID <${kind}.${id}@${senderDomain}>, then check their spam folder.`
  return [entry(null, 'search', text)]
}

const LATE_MS = 5 * 60_000

function outcomeText({ digest, outcome, subscription: { maxPapers } }: ExplainContext): string {
  const { papers, matched, content } = digest!
  if (digest!.outcome !== 'planned') return `Outcome: ${(outcome ?? digest!.outcome).replace('_', ' ')}.`
  const more = matched - papers.length
  const beyond = more > 0 ? ` (up to ${maxPapers} per email); ${more} more are on the digest’s page` : ''
  const close = (content?.sections ?? []).reduce((sum, one) => sum + (one.close ? one.papers.length : 0), 0)
  const closeText = close > 0 ? `, ${close} ${close === 1 ? 'comes' : 'come'} close` : ''
  return `Outcome: planned. ${quantity(matched, 'paper')} matched${closeText}, ${papers.length} in the email${beyond}.`
}

/** Pauses during the time in which the message could have been sent. */
function pauseSteps({ pauses, mail }: ExplainContext): TimelineEntry[] {
  if (!mail) return []
  return pausesBetween(pauses, mail.datedAt, mail.acceptances[0]?.at ?? mail.deadline).flatMap((pause) => [
    entry(pause.from, 'delivery-paused', `Delivery was paused${pause.reason ? `: ${pause.reason}` : '.'}`),
    ...(pause.to ? [entry(pause.to, 'delivery-resumed', 'Delivery resumed.')] : []),
  ])
}

function sectionEntries({ sections, bestOf }: DigestContent, topics: readonly TopicText[]): TimelineEntry[] {
  if (bestOf) return [entry(null, 'topic', `No topic: the best papers of ${weekdayDateWithYear(bestOf)}.`)]
  const names = topicNames(topics)
  const empty = names.filter((name) => !sections.some((section) => topicsOf(section).includes(name)))
  return [
    ...sections.map((section) => entry(null, 'topic', sectionText(section))),
    ...empty.map((name) => entry(null, 'topic', `Topic “${name}”: no papers.`)),
  ]
}

function sectionText(section: DigestSection): string {
  const { topic, rising, close, papers } = section
  const titles = papers.map((paper) => {
    const title = quotedTitle(paper.title.map(({ text }) => text).join(''))
    return close ? `${title} (“${closeTopicOf(paper, section)}”)` : title
  })
  const place = rising ? 'Rising' : close ? 'Close to their topics' : `Topic “${topic}”`
  return `${place}: ${quantity(papers.length, 'paper')}: ${some(titles)}.`
}

/** The topics that brought the papers of a section; rising papers do not say theirs. */
const topicsOf = (section: DigestSection): (string | null)[] =>
  section.close ? section.papers.map((paper) => closeTopicOf(paper, section)) : [section.topic]

/** In digests of earlier releases, the section says it. */
const closeTopicOf = ({ closeTo }: ShownPaper, { topic }: DigestSection): string | null =>
  closeTo?.topic ?? topic
