import type { OpenedTrial } from '../../account/open-topic.ts'
import type { PreviewResult } from '../../digests/preview/preview-topics.ts'
import { rateOf } from '../../i18n/rates.ts'
import { fill, words } from '../../i18n/words.ts'
import { MAX_DAYS } from '../../search/recent-window.ts'
import { paperRateText } from '../signup/preview-text.ts'
import { type PreviewView, previewOfFault, previewView } from '../signup/preview-view.ts'
import { trialPath } from './topic-path.ts'

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
