import { removeProfileWord, resetProfile } from '../../account/own-feedback.ts'
import type { Deps } from '../../core/deps.ts'

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
