import type { OpenedTopic, OpenedTrial } from '../../account/open-topic.ts'
import type { PaperOfTopic } from '../../account/paper-of-topic.ts'
import { type Fault, FieldFaults } from '../../core/errors.ts'
import type { PreviewResult } from '../../digests/preview/preview-topics.ts'
import { shortDate } from '../../i18n/dates.ts'
import { counted, fill, listed, rateOf, words } from '../../i18n/words.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import type { QueryEdit } from '../../queries/language/edit-query.ts'
import { reasonSentence } from '../../queries/reasons/shown-paper.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { type TopicPathParams, topicPath, trialPath } from '../../subscribers/links.ts'
import { type FaultsView, faultsView } from '../setting-fields.ts'
import { paperRateText } from '../signup/preview-text.ts'
import { type PreviewView, previewOfFault, previewView } from '../signup/preview-view.ts'
import {
  type ChangeSummaryView,
  changeSummaryView,
  NO_CHANGE_SUMMARY,
  understoodOf,
} from './change-summary-view.ts'
import { type ProfileView, profileChangeSummary, profileView } from './profile-view.ts'

interface PaperView {
  id: number
  title: string
  path: string
  /** "Matched: …", or why the paper does not match. */
  reason: string
  /** "24 Nov, 41 votes" */
  facts: string
  feedback: 'more' | 'less' | null
  /** "More of: linear, attention."; empty without feedback. */
  moved: string
}

/** A choice as a link, or the reason why it is not available. */
interface QuickActionView {
  text: string
  path: string | null
  note: string
}

/** The changes of a topic that start from one paper. */
interface QuickActionsView {
  words: QuickActionView[]
  /** The first few authors; the others are in moreAuthors. */
  authors: QuickActionView[]
  moreAuthors: QuickActionView[]
  votes: QuickActionView | null
}

/** The page of one topic. */
export interface TopicPageView extends FaultsView {
  managePath: string
  /** The URL of its forms. */
  path: string
  /** The same URL with the paper. */
  here: string
  name: string
  /** The query of a topic that has its own name; otherwise empty. */
  query: string
  understood: string
  said: ChangeSummaryView | null
  paper: PaperView | null
  handles: QuickActionsView
  /** The contents of the query field. */
  typed: string
  /** The name of a new topic; null if this topic would change. */
  named: string | null
  trial: TrialView
  profile: ProfileView | null
}

export interface TopicPageInput {
  token: string
  /** The URL of the site. */
  baseUrl: string
  /** What a button did, as given in the query string. */
  done: { change?: unknown; feedback?: unknown; profile?: unknown }
  fault?: Fault
  reference?: string | null
}

export function topicPageView(opened: OpenedTopic, shown: TopicPageInput): TopicPageView {
  const { topic, trial, from, profile } = opened
  const place = { token: shown.token, id: topic.id, paper: from?.paper.id }
  const { name, query } = topic
  const fault = shown.fault ?? (trial.fault ? asQueryFault(trial.fault) : undefined)
  return {
    managePath: `/manage/${shown.token}`,
    path: topicPath({ token: shown.token, id: topic.id }),
    here: topicPath(place),
    name,
    query: name === query ? '' : query,
    understood: understoodOf(query),
    ...faultsView(['query'], fault, shown.reference),
    said: changeSummary(opened, shown),
    paper: from && paperView(from),
    handles: quickActionsView(place, opened),
    typed: trial.text,
    named: trial.named,
    trial: trialView(shown.token, opened, shown.baseUrl),
    profile: profileView(profile),
  }
}

export const asQueryFault = (fault: Fault): FieldFaults =>
  fault instanceof FieldFaults ? fault : new FieldFaults([{ field: 'query', fault }])

function changeSummary({ holder, from }: OpenedTopic, { done }: TopicPageInput): ChangeSummaryView | null {
  if (done.change === 'none') return NO_CHANGE_SUMMARY
  if (done.feedback && from) return feedbackSummary(from)
  return profileChangeSummary(done.profile) ?? changeSummaryView(holder)
}

const feedbackSummary = (from: PaperOfTopic): ChangeSummaryView => ({
  heading: words.topicPage.like.said[from.feedback ?? 'none'],
  lines: [movedText(from)].filter(Boolean),
  next: '',
  undo: null,
})

function paperView(from: PaperOfTopic): PaperView {
  const { paper, text, reason, feedback } = from
  const { votes, firstDay } = paper
  return {
    id: paper.id,
    title: text.title.text,
    path: paperPathOf(paper),
    reason: reason ? reasonSentence(reason) : mismatchText(from),
    facts: [shortDate(firstDay), ...(votes === null ? [] : [counted(votes, words.counts.vote)])].join(', '),
    feedback,
    moved: movedText(from),
  }
}

function mismatchText({ missing, unwanted }: PaperOfTopic): string {
  const { unmatched, lacks, unwanted: has } = words.topicPage
  const say = (sentence: string, parts: string[]) =>
    parts.length > 0 ? [fill(sentence, { parts: listed(parts) })] : []
  return [unmatched, ...say(lacks, missing), ...say(has, unwanted)].join(' ')
}

const movedText = ({ feedback, about }: PaperOfTopic): string =>
  feedback && about.length > 0 ? fill(words.topicPage.like.moved[feedback], { words: about.join(', ') }) : ''

const FIRST_AUTHORS = 3

function quickActionsView(place: TopicPathParams, { from, votes }: OpenedTopic): QuickActionsView {
  const authors = from?.quickActions.authors.map(({ name, query }) => ({
    text: name,
    path: query && trialPath({ ...place, query, named: name }),
    note: query ? '' : words.topicPage.follow.already,
  }))
  return {
    words: linksFirst(
      from?.quickActions.words.flatMap(({ text, edit }) => muteWordView(place, text, edit)) ?? [],
    ),
    authors: authors?.slice(0, FIRST_AUTHORS) ?? [],
    moreAuthors: authors?.slice(FIRST_AUTHORS) ?? [],
    votes: votes && votesView(place, votes),
  }
}

const linksFirst = (actions: QuickActionView[]): QuickActionView[] =>
  actions.toSorted((a, b) => Number(a.path === null) - Number(b.path === null))

/** Empty if no query can express the change. */
function muteWordView(
  place: TopicPathParams,
  text: string,
  { query, refused }: QueryEdit,
): QuickActionView[] {
  if (query !== undefined) return [{ text, path: trialPath({ ...place, query }), note: '' }]
  return refused === 'already' ? [{ text, path: null, note: words.topicPage.mute.already }] : []
}

function votesView(place: TopicPathParams, { query, refused }: QueryEdit): QuickActionView | null {
  if (query !== undefined)
    return { text: words.topicPage.votes.link, path: trialPath({ ...place, query }), note: '' }
  return refused === 'cannot' ? null : { text: '', path: null, note: words.topicPage.votes[refused] }
}

/** The trial next to the current topic: the part of the page that changes while the reader types. */
export interface TrialView {
  /** "Now: 56 papers in 30 days, about 6 a day", then the same for the trial, if it differs. */
  paces: { term: string; text: string }[]
  /** Whether the paper that the reader came from would still match; empty if the trial does not affect it. */
  paper: string
  /** For a new topic: a link that tries the same query in this topic instead. */
  instead: { text: string; path: string } | null
  preview: PreviewView
}

/** `baseUrl` is the URL of the site. */
export function trialView(token: string, opened: OpenedTrial, baseUrl: string): TrialView {
  const { holder, topic, trial, paper, isKept } = opened
  const { outcome, isSame, fault, instead, named } = trial
  const place = { token, id: topic.id, paper: paper?.paper.id }
  const name = topic.name
  const pathTo = (query: string) => trialPath({ ...place, query, named: named ?? undefined })
  return {
    paces: rateRows(opened),
    paper: isSame || named !== null || isKept === null ? '' : paperText(isKept),
    instead:
      instead !== null
        ? {
            text: fill(words.topicPage.instead, { name }),
            path: trialPath({ ...place, query: instead }),
          }
        : null,
    preview: outcome
      ? previewView(outcome.preview, holder.subscriber.maxPapers, { baseUrl, pathTo })
      : previewOfFault(fault?.sentence ?? ''),
  }
}

function rateRows({ trial: { outcome, now, isSame, named } }: OpenedTrial): TrialView['paces'] {
  const { now: current, tried, triedNew } = words.topicPage
  const pace = (term: string, total: number | undefined | null) =>
    total === undefined || total === null ? [] : [{ term, text: amountText(total, outcome?.preview) }]
  const total = outcome?.preview.topics[0]?.total
  return [...pace(current, now), ...(isSame ? [] : pace(named === null ? tried : triedNew, total))]
}

/** "56 papers in 30 days, about 6 a day", counting days with papers. */
function amountText(total: number, preview: PreviewResult | undefined): string {
  const rate = rateOf(total, MAX_DAYS)
  if (total === 0 || !preview) return rate
  return fill(words.topicPage.pace, { rate, pace: paperRateText(preview, total) })
}

const paperText = (isKept: boolean): string =>
  isKept ? words.topicPage.paperStays : words.topicPage.paperGoes
