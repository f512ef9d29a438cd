import type { OpenedStep, OpenedVote } from '../../account/open-vote.ts'
import type { Day } from '../../core/dates.ts'
import { dayOf } from '../../core/dates.ts'
import { paperName } from '../../emails/paper-name.ts'
import { paperAnchor } from '../../emails/sections-view.ts'
import { dateRelativeTo, hourOfDay, longDateWithoutYear } from '../../i18n/dates.ts'
import { counted, fill, placed, words } from '../../i18n/words.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { plainPaperOf } from '../../papers/plain-paper.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { ownDigestPage, topicPath } from '../../subscribers/page-links.ts'
import type { VoteKind } from '../../subscribers/vote.repo.ts'
import { nextEmailText } from './change-summary-view.ts'
import { amountText, learnedView } from './learned-view.ts'

const MAX_NAME_LENGTH = 60

interface Shown {
  token: string
}

/** What a button did, as given in the query string. */
export interface VoteSaid {
  done?: string
  /** The vote that it replaced. */
  before?: VoteKind
}

/** "More like this": what a vote would change, or what it changed. */
export function votePageView(opened: OpenedVote, shown: Shown & VoteSaid) {
  const { topic, paper, kind, vote, phrases, moved, learned } = opened
  const { token, done, before } = shown
  const place = { token, id: topic.id, paper: paper.id }
  const isGiven = vote !== null && (vote === kind || done !== undefined)
  const plain = plainPaperOf(paper)
  const title = paperName(plain.title, MAX_NAME_LENGTH)
  const what = words.vote.names[kind]
  return {
    token,
    kind,
    phrases,
    isGiven,
    changesHtml: words.vote.changes[`${kind}Html`],
    /** The fields of Undo. */
    undo: isGiven ? { do: 'back', before: before ?? '' } : null,
    here: topicPath(place),
    what,
    pageTitle: isGiven ? fill(words.vote.titleDone, { what: words.vote.names[vote] }) : what,
    over: overText(what, opened),
    paper: { path: paperPathOf(paper), ...plain },
    topic: topic.label,
    days: counted(MAX_DAYS, words.vote.span),
    other: {
      text: words.vote.names[kind === 'more' ? 'less' : 'more'],
      path: topicPath(place, { vote: kind === 'more' ? 'less' : 'more' }),
      id: kind === 'more' ? 'less' : 'more',
    },
    ...backView(opened, shown),
    editPath: topicPath(place, { edit: 'topic' }),
    moved: moved.map(({ place, paper }) => ({
      title: plainPaperOf(paper).title,
      path: paperPathOf(paper),
      what: fill(words.vote.dated, { date: longDateWithoutYear(paper.firstDay), what: movedText(place) }),
    })),
    said: isGiven
      ? fill(words.vote.said[vote], { title, topic: topic.label, from: fromText(opened) })
      : done === undefined
        ? ''
        : fill(words.vote.undone, { title }),
    learned: learnedView(learned),
    /** A button beside a phrase did this. */
    removed: done === 'phrase' || done === 'unknown' ? words.learned.said[done] : '',
  }
}

/** "More like these", "Fewer": a step, before and after the button. `was`: the step before it, in the query string. */
export function stepPageView(opened: OpenedStep, shown: Shown & { was: number | null; isUndone: boolean }) {
  const { topic, paper, by, canStep, counts, learned } = opened
  const { token, was, isUndone } = shown
  const name = by > 0 ? 'more' : 'fewer'
  const what = words.step.names[name]
  const isDone = was !== null && was !== learned.step
  const values = { topic: topic.label, from: fromText(opened) }
  return {
    token,
    name,
    what,
    isDone,
    changesHtml: words.step.changes[`${name}Html`],
    pageTitle: isDone ? fill(words.vote.titleDone, { what }) : what,
    over: overText(what, opened),
    topic: topic.label,
    here: topicPath({ token, id: topic.id, paper: paper.id }, { step: name }),
    canStep,
    counts: canStep ? countsText(counts) : words.step.end[name],
    now: fill(words.step.now, { amount: amountText(learned.step + learned.votedStep) }),
    /** The step that the button sets; null at the last one. */
    to: canStep ? learned.step + by : null,
    from: learned.step,
    was: isDone ? was : null,
    said: isDone ? fill(words.step.said[name], values) : isUndone ? fill(words.step.undone, values) : '',
    ...backView(opened, shown),
  }
}

function countsText(counts: OpenedStep['counts']): string {
  if (!counts) return ''
  const { before, after } = counts
  return counted(after, before === after ? words.step.same : words.step.counts, { days: MAX_DAYS, before })
}

type AnyOpened = Pick<OpenedVote, 'topic' | 'digest' | 'holder'>

function overText(what: string, { topic, digest, holder }: AnyOpened): string {
  const date = digest && dateRelativeTo(holder.today, dayOf(digest.localDate))
  return date
    ? fill(words.vote.fromDigest, { what, date })
    : fill(words.vote.fromTopic, { what, topic: topic.label })
}

/** The way back: to the paper's place in the newest digest that had it, or to the topic. */
function backView(
  { topic, paper, digest }: Pick<OpenedVote, 'topic' | 'paper' | 'digest'>,
  { token }: Shown,
) {
  const toTopic = fill(words.vote.backToTopic, { topic: topic.label })
  if (!digest) return { back: { text: toTopic, path: topicPath({ token, id: topic.id }) } }
  const day = weekdayText(dayOf(digest.localDate))
  const path = `${ownDigestPage(`/manage/${token}`, digest.messageId)}#${paperAnchor(paper)}`
  return { back: { text: fill(words.vote.backToDigest, { day }), path } }
}

const weekdayText = (day: Day): string => longDateWithoutYear(day).split(' ')[0]!

/** ", from Wednesday 8 April, 07:00"; empty without a next email. */
function fromText({ holder }: AnyOpened): string {
  const { next, subscriber, today } = holder
  if (!next || next.now) return ''
  const when = nextEmailText(next, today)
  return fill(words.vote.fromAt, { when, hour: hourOfDay(subscriber.hour) })
}

function movedText(place: OpenedVote['moved'][number]['place']): string {
  if ('isClose' in place) return place.isClose ? words.vote.comes : words.vote.goes
  return placed(place.to, words.vote.toPlace, { from: placed(place.from, words.vote.fromPlace) })
}
