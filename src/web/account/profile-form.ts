import { removeProfileWord, resetProfile } from '../../account/own-feedback.ts'
import type { Deps } from '../../core/deps.ts'

interface ProfileForm {
  do: string
  /** The key of a word. */
  word: string
}

/**
 * Does what a button of the profile asks for; returns what `?profile=` says of it, null where the form is another.
 * Throws as the flows do.
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
