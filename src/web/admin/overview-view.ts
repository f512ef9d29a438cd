import { enabledChannels } from '../../bounces/enabled-channels.ts'
import { dayOf } from '../../core/dates.ts'
import type { DayTotals } from '../../digests/reconciliation.repo.ts'
import { shortDate } from '../../i18n/dates.ts'
import { numberText } from '../../i18n/numbers.ts'
import { capitalized, counted, fill, listed, words } from '../../i18n/words.ts'
import type { DayFigures } from '../../operator/daily-figures.ts'
import type { Problem } from '../../operator/health/conditions.ts'
import type { HealthFacts } from '../../operator/health/facts.ts'
import { type SourceStatus, sourceStateText } from '../../operator/source-status.ts'
import { sourceTitle } from '../../sources/registry.ts'
import type { SubscriberState } from '../../subscribers/subscriber.ts'

const w = words.admin.overview

interface PageLink {
  path: string
  text: string
  /** Only for operators who may change something. */
  effect?: 'change'
}

/** What the overview opens with: the worst problem, or how the day went. */
export interface Headline {
  state: 'well' | Problem['condition']['state']
  text: string
  /** What follows from it, and what to do. */
  more: string
  links: (PageLink & { isMain: boolean })[]
}

const TEST_EMAIL: PageLink = { path: '/admin/preview#test', text: w.now.testEmail, effect: 'change' }
/** Its last email of a kind tells whether the mail server works again. */
const ASKS_FOR_TEST = ['mail-server-silent', 'mail-server-refuses', 'emails-unanswered']

export function headlineOf(problems: readonly Problem[], today: DayFigures): Headline {
  const [worst] = problems
  if (!worst) return { state: 'well', text: sentText(today), more: '', links: [] }
  const { condition, fix, path } = worst
  const { first, rest } = splitSentence(worst.sentence)
  const isForTest = ASKS_FOR_TEST.includes(condition.name)
  const see = { path, text: seeText(path), isMain: false }
  return {
    state: condition.state,
    text: first,
    more: [rest, fix].filter(Boolean).join(' '),
    links: isForTest ? [{ ...TEST_EMAIL, isMain: true }, see] : [see],
  }
}

/** "187 emails went out today, all delivered." */
function sentText({ accepted, refused, gaveUp }: DayFigures): string {
  const failed = refused + gaveUp
  if (accepted + failed === 0) return w.headline.none
  const sent = countedEmails(accepted)
  return failed === 0
    ? counted(accepted, w.headline.delivered, { sent })
    : fill(w.headline.failed, { sent, failed: numberText(failed) })
}

const countedEmails = (count: number): string =>
  counted(count, words.admin.counts.email, { number: numberText(count) })

/** The first sentence, and what follows it. A sentence in brackets, such as a typed reason, is not split. */
function splitSentence(text: string): { first: string; rest: string } {
  for (const { index } of text.matchAll(/[.] (?=[A-Z])/g)) {
    const first = text.slice(0, index + 1)
    if (first.split('(').length === first.split(')').length) return { first, rest: text.slice(index + 2) }
  }
  return { first: text, rest: '' }
}

const seeText = (path: string): string =>
  Object.entries(w.see).find(([begin]) => path.startsWith(begin))?.[1] ?? w.seeMore

/** A part of the service, as the list "Right now" shows it. */
export interface PartState {
  name: string
  /** The shape in front: a square for what is wrong or needs attention, a ring for what is not set up, a dot otherwise. */
  state: 'well' | 'unset' | Problem['condition']['state']
  word: string
  text: string
  link: PageLink
}

/** The mail server, each source, bounces and the service itself; each problem is in one of them. */
export function partStates(facts: HealthFacts, problems: readonly Problem[], bounced: number): PartState[] {
  const sources = facts.sources.filter(({ source }) => facts.config.SOURCES.includes(source))
  const parts = [
    mailServer(facts),
    ...sources.map((status) => sourceState(status, facts.now)),
    bouncesState(facts, bounced),
    serviceState(facts),
  ]
  const partOf = (problem: Problem) => parts.find(({ has }) => has(problem)) ?? parts.at(-1)
  return parts.map((part) => {
    const { has, ...well } = part
    const problem = problems.find((one) => partOf(one) === part)
    if (!problem) return well
    const { condition, sentence, finding } = problem
    const isHeadline = problem === problems[0]
    const text = isHeadline ? String(finding.values.detail || problem.fix) : sentence
    const link = well.state === 'unset' ? { path: problem.path, text: seeText(problem.path) } : well.link
    return { ...well, state: condition.state, word: stateWord(condition), text, link }
  })
}

const stateWord = ({ name, state }: Problem['condition']): string =>
  (w.now.words as Readonly<Record<string, string | undefined>>)[name] ?? w.now.words[state]

/** `has`: whether a problem is one of this part. */
type Part = PartState & { has(problem: Problem): boolean }

const MAIL = /^(mail-server-|emails-|domain-held|delivery-|complaints)/

function mailServer({ config: { SMTP_URL } }: HealthFacts): Part {
  return {
    name: w.now.mailServer,
    state: SMTP_URL ? 'well' : 'unset',
    word: SMTP_URL ? w.now.words.noProblem : w.now.words.unset,
    text: SMTP_URL ? `${SMTP_URL.host}:${SMTP_URL.port}` : w.now.noMailServer,
    link: TEST_EMAIL,
    has: ({ condition }) => MAIL.test(condition.name),
  }
}

function sourceState(status: SourceStatus, now: Date): Part {
  const { source, newestFetch, nextTry, days } = status
  const papers = counted(days.find(({ day }) => day === dayOf(now))?.papers ?? 0, words.counts.paper)
  const next = nextTry && nextTry > now ? fill(w.now.nextFetch, { at: timeText(nextTry, now) }) : ''
  return {
    name: sourceTitle(source),
    state: newestFetch ? 'well' : 'unset',
    word: newestFetch
      ? fill(w.now.words.fetched, { at: timeText(newestFetch, now) })
      : w.now.words.notFetched,
    text: `${fill(w.now.papersToday, { papers, state: sourceStateText(status) })} ${next}`,
    link: { path: '/admin/sources', text: words.admin.sources.heading },
    has: ({ condition, finding }) => condition.name.startsWith('source-') && finding.values.source === source,
  }
}

function bouncesState(facts: HealthFacts, bounced: number): Part {
  const channels = enabledChannels(facts).map(({ channel }) => channel)
  const isSetUp = channels.length > 0
  const received = counted(bounced, w.now.bounced, { number: numberText(bounced) })
  return {
    name: w.now.bounces,
    state: isSetUp ? 'well' : 'unset',
    word: isSetUp ? w.now.words.on : w.now.words.unset,
    text: isSetUp ? `${fill(w.now.channels, { channels: listed(channels) })} ${received}` : w.now.noBounces,
    link: isSetUp
      ? { path: '/admin/bounces', text: words.admin.bounces.heading }
      : { path: '/admin/bounces#set-up', text: words.admin.bounces.howTo },
    has: ({ condition }) => condition.name === 'reports-unread',
  }
}

/** Takes the problems that no other part has. */
function serviceState({ liveness: { tick }, now }: HealthFacts): Part {
  return {
    name: w.now.service,
    state: 'well',
    word: w.now.words.running,
    text: tick ? fill(w.now.ticked, { at: timeText(tick, now) }) : '',
    link: { path: '/admin/actions', text: words.admin.actions.heading },
    has: () => false,
  }
}

/** "07:10 UTC"; with the date if it is another day: "23 Nov, 07:10 UTC". */
function timeText(at: Date, now: Date): string {
  const time = fill(words.admin.utc, { at: at.toISOString().slice(11, 16) })
  return dayOf(at) === dayOf(now) ? time : `${shortDate(dayOf(at))}, ${time}`
}

type Column = Exclude<keyof DayTotals, 'date' | 'closed'>

const BOXES: readonly Column[] = [
  'accepted',
  'open',
  'nothingMatched',
  'paused',
  'missed',
  'refused',
  'gaveUp',
  'skipped',
  'uncertain',
]
const FAILURES: readonly Column[] = ['missed', 'refused', 'gaveUp', 'uncertain']

/** Boxes for what is not zero, a bar of the same figures, and one sentence for the rest. */
export function sendsView(totals: DayTotals) {
  const { due, planned } = totals
  const boxes = BOXES.filter((column) => totals[column] > 0).map((column) => ({
    column,
    count: totals[column],
    label: w.boxes[column as keyof typeof w.boxes],
    isWrong: FAILURES.includes(column),
  }))
  const none = FAILURES.filter((column) => totals[column] === 0).map(
    (column) => w.none[column as keyof typeof w.none],
  )
  const sentence = [
    fill(w.dueSoFar, { due: numberText(due), planned: numberText(planned) }),
    none.length > 0 ? fill(w.nothingFailed, { failures: listed(none, 'or') }) : '',
  ]
  const failed = FAILURES.reduce((sum, column) => sum + totals[column], 0)
  return {
    boxes,
    sentence: due === 0 ? w.nothingDueYet : sentence.filter(Boolean).join(' '),
    bar: due === 0 ? [] : barOf({ accepted: totals.accepted, failed, open: totals.open }),
  }
}

/** Widths in per cent, one after the other. */
function barOf(counts: Record<'accepted' | 'failed' | 'open', number>) {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  let x = 0
  return Object.entries(counts).flatMap(([kind, count]) => {
    if (count === 0) return []
    const width = (100 * count) / all
    x += width
    return [{ kind, x: Math.round((x - width) * 10) / 10, width: Math.round(width * 10) / 10 }]
  })
}

const WEEK_DAYS = 7

/** Subscribers by state, with the change of the active ones since a week ago. */
export function statesView(
  counts: readonly { state: SubscriberState; count: number }[],
  days: readonly DayFigures[],
): { state: SubscriberState; count: number; label?: string }[] {
  const today = days.at(-1)!
  const change = today.subscribers - (days.at(-1 - WEEK_DAYS) ?? days[0]!).subscribers
  const comparison = change === 0 ? w.change.same : change > 0 ? w.change.more : w.change.fewer
  const active = fill(comparison, { state: capitalized('active'), number: numberText(Math.abs(change)) })
  const labels: Partial<Record<SubscriberState, string>> = { active, pending: w.notConfirmed }
  const activeFirst = counts.toSorted((a, b) => Number(b.state === 'active') - Number(a.state === 'active'))
  return activeFirst.map((one) => ({ ...one, label: labels[one.state] }))
}
