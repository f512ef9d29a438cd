import { z } from 'zod'
import type { TrialInput } from '../../account/try-topic.ts'
import { formText, readFields } from '../request.ts'

const fields = {
  /** "change", "follow" or "undo"; "more", "less" or "back"; "forget-word" or "forget-profile". */
  do: formText.default(''),
  query: formText.default(''),
  /** The name of a new topic. */
  name: formText.default(''),
  /** The id of the paper; it is also in the URL. */
  paper: formText.default(''),
  /** The id of a change. */
  change: formText.default(''),
  /** The key of a word. */
  word: formText.default(''),
}

/** A form of a topic's page, as it was sent. */
export type TopicForm = z.output<z.ZodObject<typeof fields>>

/** Throws FieldFaults: request.wrong-type. */
export const readTopicForm = (body: unknown): TopicForm => readFields(z.object(fields), body)

/** The change that a URL tries; null if it tries none. */
export function trialInQuery({ query, as, name }: Record<string, unknown>): TrialInput | null {
  if (typeof query !== 'string') return null
  return { text: query, named: as === 'new' ? String(name ?? '') : null }
}
