import { fill, words } from '../../i18n/words.ts'
import { MAX_STEP } from '../../queries/ranking/close-papers.ts'
import type { LearnedTopic } from '../../subscribers/vote.repo.ts'
import { type ChangeSummaryView, summaryOfLine } from './change-summary-view.ts'

/** What votes and buttons taught about a topic, in words. */
export function learnedView({ phrases, removed, step, votedStep }: LearnedTopic) {
  const weighed = [...phrases]
  return {
    /** Strongest first. */
    more: weighed.filter(([, weight]) => weight > 0).map(([text]) => text),
    less: weighed.filter(([, weight]) => weight < 0).map(([text]) => text),
    removed: [...removed],
    /** "Papers that come close: a few more" */
    close: fill(words.learned.close, { amount: amountText(step + votedStep) }),
    isEmpty: phrases.size + removed.length === 0 && step === 0 && votedStep === 0,
  }
}

/** How many papers come close after so many steps: "as usual", "a few more". */
export function amountText(step: number): string {
  const within = Math.max(-MAX_STEP, Math.min(MAX_STEP, step))
  return words.learned.amounts[String(within) as keyof typeof words.learned.amounts]
}

/** The result of a button beside a phrase, as given in the query string. */
export function learnedSummary(done: unknown): ChangeSummaryView | null {
  const { said } = words.learned
  return typeof done === 'string' && Object.hasOwn(said, done)
    ? summaryOfLine(said[done as keyof typeof said])
    : null
}
