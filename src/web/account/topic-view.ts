import type { OpenedTopic, OpenedTrial } from '../../account/open-topic.ts'
import type { PaperOfTopic } from '../../account/paper-of-topic.ts'
import { type Fault, FieldFaults } from '../../core/errors.ts'
import { fill, listed, rateOf, words } from '../../i18n/words.ts'
import type { QueryEdit } from '../../queries/language/edit-query.ts'
import { asHeading, topicName } from '../../queries/language/topic-name.ts'
import { reasonSentence } from '../../queries/reasons/reason-text.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { type TopicPathParams, topicPath, trialPath } from '../../subscribers/page-links.ts'
import { faultsView } from '../setting-fields.ts'
import { paperRate } from '../signup/preview-text.ts'
import { type PreviewView, previewOfFault, previewView } from '../signup/preview-view.ts'
import { type ChangeSummaryView, changeSummaryView, NO_CHANGE_SUMMARY } from './change-summary-view.ts'
import { learnedSummary, learnedView } from './learned-view.ts'

export interface TopicPageInput {
  token: string
  /** The URL of the site. */
  baseUrl: string
  /** What a button did, as given in the query string. */
  done: { change?: unknown; learned?: unknown }
  /** The name in the form, as typed; undefined if the form was not sent. */
  name?: string
  fault?: Fault
}

/** The page of one topic. */
export function topicPageView(opened: OpenedTopic, shown: TopicPageInput) {
  const { topic, trial, from, learned } = opened
  const { token, baseUrl } = shown
  const place = { token, id: topic.id, paper: from?.paper.id }
  const fault = shown.fault ?? (trial.fault ? asQueryFault(trial.fault) : undefined)
  return {
    token,
    topic,
    learned: learnedView(learned),
    /** The URL of its forms, and the same with the paper. */
    path: topicPath({ token, id: topic.id }),
    here: topicPath(place, from ? { edit: 'topic' } : {}),
    ...faultsView(['query', 'name'], fault),
    said: changeSummary(opened, shown),
    from: from && {
      ...from,
      reason: from.reason ? reasonSentence(from.reason) : mismatchText(from),
      votePath: topicPath(place),
    },
    handles: quickActionsView(place, opened),
    /** The contents of the fields. */
    typed: trial.text,
    name: shown.name ?? (topic.name === topic.query ? '' : topic.name),
    /** The name that the topic has without one of its own. */
    proposed: asHeading(topicName({ name: topic.query, query: topic.query })),
    /** The name of a new topic; null if this topic would change. */
    named: trial.named,
    trial: trialView(token, opened, baseUrl),
  }
}

export const asQueryFault = (fault: Fault): FieldFaults =>
  fault instanceof FieldFaults ? fault : new FieldFaults([{ field: 'query', fault }])

function changeSummary({ holder }: OpenedTopic, { done }: TopicPageInput): ChangeSummaryView | null {
  if (done.change === 'none') return NO_CHANGE_SUMMARY
  return learnedSummary(done.learned) ?? changeSummaryView(holder)
}

function mismatchText({ missing, unwanted }: PaperOfTopic): string {
  const { unmatched, lacks, unwanted: has } = words.topicPage
  const say = (sentence: string, parts: string[]) =>
    parts.length > 0 ? [fill(sentence, { parts: listed(parts) })] : []
  return [unmatched, ...say(lacks, missing), ...say(has, unwanted)].join(' ')
}

/** A choice as a link, or the reason why it is not available. */
interface QuickActionView {
  text: string
  path: string | null
  note: string
}

/** The changes of a topic that start from one paper. */
function quickActionsView(place: TopicPathParams, { from, votes }: OpenedTopic) {
  const { words: muted = [], authors = [] } = from?.quickActions ?? {}
  return {
    words: muted
      .flatMap(({ text, edit }) => muteWordView(place, text, edit))
      .toSorted((a, b) => Number(a.path === null) - Number(b.path === null)),
    authors: authors.map(({ name, query }) => ({
      text: name,
      path: query && trialPath({ ...place, query, named: name }),
      note: query ? '' : words.topicPage.follow.already,
    })),
    votes: votes && votesView(place, votes),
  }
}

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
export function trialView(token: string, opened: OpenedTrial, baseUrl: string) {
  const { holder, topic, trial, paper, isKept } = opened
  const { outcome, isSame, fault, instead, named } = trial
  const place = { token, id: topic.id, paper: paper?.paper.id }
  const pathTo = (query: string) => trialPath({ ...place, query, named: named ?? undefined })
  const paces = rateRows(opened)
  return {
    paces,
    /** Whether the paper that the reader came from would still match; null if the trial does not affect it. */
    isPaperKept: isSame || named !== null ? null : isKept,
    /** For a new topic: a link that tries the same query in this topic instead. */
    instead:
      instead === null
        ? null
        : {
            text: fill(words.topicPage.instead, { name: topic.label }),
            path: trialPath({ ...place, query: instead }),
          },
    preview: outcome
      ? withoutRates(
          previewView(outcome.preview, { most: holder.subscriber.maxPapers, baseUrl, pathTo }),
          paces.length > 0,
        )
      : previewOfFault(fault?.sentence ?? ''),
  }
}

/** The rate is shown once: in the rows above the preview, if it has rows. */
const withoutRates = (view: PreviewView, isSaid: boolean): PreviewView =>
  isSaid ? { ...view, parts: view.parts.map((part) => ({ ...part, rate: '' })) } : view

/** "Now: 56 papers in 30 days, about 6 a day", and the same for a trial that differs; empty for one that does not. */
function rateRows({ trial: { outcome, now, isSame, named } }: OpenedTrial) {
  if (isSame) return []
  const { now: current, tried, triedNew } = words.topicPage
  const pace = (term: string, total: number | undefined | null) =>
    total === undefined || total === null
      ? []
      : [{ term, text: total && outcome ? paperRate(outcome.preview, total) : rateOf(total, MAX_DAYS) }]
  const total = outcome?.preview.topics[0]?.total
  return [...pace(current, now), ...pace(named === null ? tried : triedNew, total)]
}
