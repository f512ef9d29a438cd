import type { BounceEffect } from '../../bounces/bounce.repo.ts'
import { bounceText, newestFailure } from '../../bounces/bounce-text.ts'
import { cliCommand } from '../../core/cli-command.ts'
import { DAY_MS, instantOf } from '../../core/dates.ts'
import type { DigestContent, DigestSection } from '../../digests/digest-content.ts'
import { type SourceNews, sourcesLine } from '../../digests/sources-line.ts'
import { weekdayDateWithYear, weekdaysText } from '../../i18n/dates.ts'
import { domainOf } from '../../mail/smtp/build-mime.ts'
import { entry, messageTimeline, type TimelineEntry } from '../../operator/message-details.ts'
import { quantity } from '../../operator/operations/text-table.ts'
import { sourceFaultText, sourceStateText } from '../../operator/source-status.ts'
import { topicNames } from '../../queries/language/topic-name.ts'
import type { ShownPaper } from '../../queries/reasons/shown-paper.ts'
import { sourceTitle } from '../../sources/registry.ts'
import { type Change, changedSettings, topicDifference } from '../../subscribers/change.ts'
import type { Consent } from '../../subscribers/consent.repo.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import { hourText, quotedTitle, some, utcText } from './format.ts'
import { endOfDigests } from './mail-verdict.ts'
import { pausesBetween, type Recorded } from './recorded.ts'
import { step } from './sentences.ts'

const FACTS: ((recorded: Recorded) => TimelineEntry[])[] = [
  consents,
  imported,
  changes,
  dueHour,
  sources,
  plan,
  papersLookedAt,
  pauses,
  messages,
  returns,
]

/** All recorded facts in order of time. A fact without a time stays after the one before it. */
export function stepsOf(recorded: Recorded): TimelineEntry[] {
  let last = 0
  const timed = FACTS.flatMap((stepsAbout) => stepsAbout(recorded)).map((one) => {
    last = one.at?.getTime() ?? last
    return { one, time: last }
  })
  return timed.sort((a, b) => a.time - b.time).map(({ one }) => one)
}

/** The window is from the start of the local date to two days after, to show what they did after the missing email. */
const AFTERWARDS_MS = 2 * DAY_MS

/** The items in the window, and the newest one before it that counts. `all`: oldest first. */
function withPrevious<T extends { at: Date }>(
  all: readonly T[],
  { date, subscription: { zone } }: Recorded,
  counts: (one: T) => boolean = () => true,
): T[] {
  const from = instantOf(date, 0, zone)
  const to = new Date(from.getTime() + AFTERWARDS_MS)
  const before = all.findLast((one) => one.at < from && counts(one))
  return [...(before ? [before] : []), ...all.filter(({ at }) => at >= from && at < to)]
}

/** Events that the step of their change describes in more detail. */
const IN_CHANGES: Consent['event'][] = ['topics-added', 'topics-removed', 'changed']

function consents(recorded: Recorded): TimelineEntry[] {
  const changeTimes = recorded.changes.map(({ at }) => at.getTime())
  const states = recorded.consents.filter(
    ({ event, at }) => !(IN_CHANGES.includes(event) && changeTimes.includes(at.getTime())),
  )
  return withPrevious(states, recorded).map(({ at, event, how }) => step(at, event, { how }))
}

/** For every date, since the imported consent may be older. */
function imported({ importedAt }: Recorded): TimelineEntry[] {
  return importedAt ? [step(importedAt, 'imported')] : []
}

function changes(recorded: Recorded): TimelineEntry[] {
  return withPrevious(recorded.changes.toReversed(), recorded).flatMap((change) => {
    const parts = changeParts(change)
    return parts.length > 0 ? [step(change.at, 'change', { changes: parts.join('; ') })] : []
  })
}

function changeParts({ before, after }: Change): string[] {
  const { added, removed, edited } = topicDifference(before.topics, after.topics)
  return [
    ...changedSettings(before, after).map(
      (name) => `${NAMES[name] ?? name} ${String(before[name])} to ${String(after[name])}`,
    ),
    ...added.map(({ name }) => `topic “${name}” added`),
    ...removed.map(({ name }) => `topic “${name}” removed`),
    ...edited.map(({ from, to }) => `topic “${from.query}” to “${to.query}”`),
  ]
}

const NAMES: Record<string, string> = { maxPapers: 'papers per email' }

function dueHour({ due, subscription, now, state }: Recorded): TimelineEntry[] {
  if (!due || state === 'none') return []
  const [comes, are] = due.dueAt > now ? ['comes', 'are'] : ['came', 'were']
  const hour = hourText(due.dueAt, subscription.zone)
  return [step(due.dueAt, 'due', { comes, are, hour, days: weekdaysText(subscription.days), state })]
}

function sources({ sources: days, digest }: Recorded): TimelineEntry[] {
  if (!digest) return []
  return days.map(({ source, day, state, reason, papers, lastFault, lastStatus, fetchedAt }) =>
    step(null, 'source', {
      source: sourceTitle(source),
      day: weekdayDateWithYear(day),
      state: sourceStateText({ state, reason }),
      papers: quantity(papers, 'paper'),
      fetched: fetchedAt ? `last fetched ${utcText(fetchedAt)}` : 'never fetched',
      fault: lastFault ? `; last error: ${sourceFaultText(lastFault, lastStatus)}` : '',
    }),
  )
}

const LATE_MS = 5 * 60_000

function plan(recorded: Recorded): TimelineEntry[] {
  const { digest, mail, subscription } = recorded
  if (!digest) return []
  const { maxPaperId, sources: news, plannedAt } = digest.plan
  const isLate = digest.createdAt.getTime() - digest.dueAt.getTime() > LATE_MS
  const looks = digest.outcome !== 'missed' && digest.outcome !== 'paused'
  const scope = looks ? `: it could look at papers up to number ${maxPaperId}` : ''
  const at = mail?.datedAt ?? (digest.outcome === 'due' ? null : (plannedAt ?? digest.createdAt))
  return [
    step(digest.createdAt, 'opened', { late: isLate ? ' late' : '', scope }),
    ...(looks ? [step(null, 'sources', { line: sourcesLine(news as unknown as SourceNews[]) })] : []),
    ...(at ? [step(at, 'planned', { outcome: outcomeText(recorded) })] : []),
    ...(digest.content ? sectionSteps(digest.content, subscription.topics) : []),
  ]
}

function outcomeText({ digest, outcome, subscription: { maxPapers } }: Recorded): string {
  const { papers, matched, content } = digest!
  if (digest!.outcome !== 'planned') return (outcome ?? digest!.outcome).replace('_', ' ')
  const more = matched - papers.length
  const beyond = more > 0 ? ` (up to ${maxPapers} per email); ${more} more are on the digest’s page` : ''
  const close = (content?.sections ?? []).reduce((sum, one) => sum + (one.close ? one.papers.length : 0), 0)
  const closeText = close > 0 ? `, ${close} ${close === 1 ? 'comes' : 'come'} close` : ''
  return `planned. ${quantity(matched, 'paper')} matched${closeText}, ${papers.length} in the email${beyond}`
}

function sectionSteps({ sections, bestOf }: DigestContent, topics: readonly TopicText[]): TimelineEntry[] {
  if (bestOf) return [topicStep('No topic', `the best papers of ${weekdayDateWithYear(bestOf)}`)]
  const withPapers = sections.flatMap(topicsOf)
  const empty = topicNames(topics).filter((name) => !withPapers.includes(name))
  return [...sections.map(sectionStep), ...empty.map((name) => topicStep(`Topic “${name}”`, 'no papers'))]
}

const topicStep = (topic: string, papers: string): TimelineEntry => step(null, 'topic', { topic, papers })

function sectionStep({ topic, rising, close, papers }: DigestSection): TimelineEntry {
  const titles = papers.map((paper) => {
    const title = quotedTitle(paper.title.map(({ text }) => text).join(''))
    return close ? `${title} (“${closeTopicOf(paper)}”)` : title
  })
  const place = rising ? 'Rising' : close ? 'Close to their topics' : `Topic “${topic}”`
  return topicStep(place, `${quantity(papers.length, 'paper')}: ${some(titles)}`)
}

/** The topics that brought the papers of a section; rising papers do not say theirs. */
const topicsOf = (section: DigestSection): (string | null)[] =>
  section.close ? section.papers.map(closeTopicOf) : [section.topic]

const closeTopicOf = ({ closeTo }: ShownPaper): string | null => closeTo?.topic ?? null

/** What a digest without papers looked at, and the commands that say why a topic matches nothing. */
function papersLookedAt({ papers, subscription: { topics } }: Recorded): TimelineEntry[] {
  if (!papers) return []
  if (topics.length === 0)
    return [
      topicStep('No topic', 'none of the most upvoted papers from 20 or more hours ago were new to them'),
    ]
  const { fresh, total, shown, later } = papers
  const emailed = shown.map(
    ({ title, day }) => `${quotedTitle(title)} (emailed on ${weekdayDateWithYear(day)})`,
  )
  return [
    step(null, 'looked', { fresh: quantity(fresh, 'paper'), total }),
    ...topics.map(({ name, query }) => topicStep(`Topic “${name}”`, `nothing matched. ${whyText(query)}`)),
    ...(shown.length > 0 ? [step(null, 'shown', { papers: some(emailed) })] : []),
    ...(later > 0 ? [step(null, 'later', { papers: quantity(later, 'paper') })] : []),
  ]
}

function whyText(query: string): string {
  const quoted = `"${query.replace(/["\\$`]/g, '\\$&')}"`
  const ofPaper = `queries explain ${quoted} --paper ID`
  return `Which part is missing: ${cliCommand(`queries test ${quoted}`)}; why not one paper: ${ofPaper}`
}

/** Pauses during the time in which the message could have been sent. */
function pauses({ pauses: all, mail }: Recorded): TimelineEntry[] {
  if (!mail) return []
  return pausesBetween(all, mail.datedAt, mail.acceptances[0]?.at ?? mail.deadline).flatMap((pause) => [
    step(pause.from, 'delivery-paused', { reason: pause.reason ? `: ${pause.reason}` : '' }),
    ...(pause.to ? [step(pause.to, 'delivery-resumed')] : []),
  ])
}

/** Of each email, and a hint for a subscriber who did not find the accepted digest. */
function messages(recorded: Recorded): TimelineEntry[] {
  const { mail, otherMails, now, config } = recorded
  const others = otherMails.flatMap((other) => messageTimeline(other, now))
  if (!mail) return others
  const isDelivered = mail.acceptances.length > 0 && !newestFailure(mail.bounces)
  const messageId = `<${mail.kind}.${mail.id}@${domainOf(config.MAIL_FROM)}>`
  const hint = isDelivered ? [step(null, 'search', { messageId })] : []
  const hasEnded = endOfDigests(recorded, mail) !== undefined
  const history = messageTimeline(mail, now).filter(({ code }) => !(hasEnded && code === 'waits'))
  return [...history, ...hint, ...others]
}

const ACTIONS_TAKEN: BounceEffect[] = ['suppressed', 'paused', 'unsubscribed', 'dropped']

/** Bounces in the window that are not about these messages, and the last one before it that had an effect. */
function returns(recorded: Recorded): TimelineEntry[] {
  const shown = [recorded.mail, ...recorded.otherMails].map((mail) => mail?.id)
  const others = recorded.returns.filter(({ messageId }) => !messageId || !shown.includes(messageId))
  return withPrevious(others, recorded, ({ effect }) => ACTIONS_TAKEN.includes(effect)).map((one) => {
    const about = one.messageId ? `For ${one.kind ?? 'an email'} ${one.messageId}: ` : ''
    return entry(one.at, `bounce-${one.class}`, about + bounceText(one))
  })
}
