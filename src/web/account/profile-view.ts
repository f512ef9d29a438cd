import {
  removeProfileWord,
  resetProfile,
  type ShownProfile,
  type ShownWord,
} from '../../account/own-feedback.ts'
import type { Deps } from '../../core/deps.ts'
import { fill, listed, words } from '../../i18n/words.ts'
import type { ChangeSummaryView } from './change-summary-view.ts'

interface WordsView {
  heading: string
  shown: ShownWord[]
  /** Hidden until the reader opens the list. */
  rest: ShownWord[]
}

/** The words of a subscriber's profile, each with its button. */
export interface ProfileView {
  parts: WordsView[]
  /** "Taken out: kernel, linear"; empty if no word was removed. */
  removed: string
}

const MAX_SHOWN = 12

/** Null if there is no profile. */
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

/** The result of a button of the profile. */
export function profileChangeSummary(done: unknown): ChangeSummaryView | null {
  const heading = typeof done === 'string' && Object.hasOwn(SAID, done) ? SAID[done as keyof typeof SAID] : ''
  return heading ? { heading, lines: [], next: '', undo: null } : null
}

const SAID = words.profile.said

interface ProfileForm {
  do: string
  /** The key of a word. */
  word: string
}

/**
 * Runs a button of the profile. Returns the value for `?profile=`, or null if the form is another one. Throws what
 * removing a word or the profile throws.
 */
export async function changeProfile(deps: Deps, token: string, form: ProfileForm): Promise<string | null> {
  if (form.do === 'forget-word') {
    return (await removeProfileWord(deps, token, form.word)) ? 'word' : 'unknown'
  }
  if (form.do === 'forget-profile') {
    await resetProfile(deps, token)
    return 'forgotten'
  }
  return null
}
