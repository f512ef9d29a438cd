import { fill, words } from '../../i18n/words.ts'
import { splitFields } from '../../queries/language/split-topics.ts'
import { writeQuery } from '../../queries/language/write-query.ts'
import { readTopics, type TypedSignup } from '../../subscribers/read-signup.ts'
import type { SubscribeForm } from '../request.ts'
import { topicViews } from './subscription-text.ts'

interface ChangedForm {
  /** The current values of the form's fields. */
  typed: TypedSignup
  /** The sentence that confirms the button. */
  said: string
}

/**
 * Applies the form's buttons for topics: Add in the builder, and Remove. Returns undefined if another button was
 * pressed. Throws FieldFaults if there is nothing to add or a topic cannot be read.
 */
export function applyTopicButton({ typed, addsTopic, removeIndex }: SubscribeForm): ChangedForm | undefined {
  if (addsTopic) return added(typed)
  return removeIndex === null ? undefined : removed(typed, removeIndex)
}

function added(typed: SubscribeForm['typed']): ChangedForm {
  const [topic] = topicViews([{ name: '', query: writeQuery(typed.parts) }])
  const topics = readTopics(typed).map(({ query }) => query)
  return { typed: { ...typed, topics, parts: undefined }, said: fill(words.form.added, { ...topic }) }
}

function removed(typed: TypedSignup, place: number): ChangedForm {
  const topics = splitFields(typed.topics)
  const [query] = topics.splice(place, 1)
  return { typed: { ...typed, topics }, said: query ? fill(words.form.removed, { query }) : '' }
}
