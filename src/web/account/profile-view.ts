import type { ShownProfile, ShownWord } from '../../account/show-profile.ts'
import { fill, listed, words } from '../../i18n/words.ts'
import type { ChangeSummaryView } from './change-summary-view.ts'

interface WordsView {
  heading: string
  shown: ShownWord[]
  /** Out of sight until somebody opens them. */
  rest: ShownWord[]
}

/** The words of somebody's profile, each with its button. */
export interface ProfileView {
  parts: WordsView[]
  /** "Taken out: kernel, linear"; empty where nothing was. */
  removed: string
}

const MAX_SHOWN = 12

/** Null where there is none. */
export function profileView({ more, less, removed }: ShownProfile): ProfileView | null {
  if (more.length + less.length + removed.length === 0) return null
  const { moreOf, lessOf } = words.profile
  const parts = [partOf(moreOf, more), partOf(lessOf, less)].filter(({ shown }) => shown.length > 0)
  const texts = listed(removed.map(({ text }) => text))
  return { parts, removed: texts && fill(words.profile.removed, { words: texts }) }
}

const partOf = (heading: string, all: ShownWord[]): WordsView => ({
  heading,
  shown: all.slice(0, MAX_SHOWN),
  rest: all.slice(MAX_SHOWN),
})

/** What a button of the profile did. */
export function profileChangeSummary(done: unknown): ChangeSummaryView | null {
  const heading = typeof done === 'string' && Object.hasOwn(SAID, done) ? SAID[done as keyof typeof SAID] : ''
  return heading ? { heading, lines: [], next: '', undo: null } : null
}

const SAID = words.profile.said
