import { z } from 'zod'
import type { TrialInput } from '../../account/try-topic.ts'
import { formText, readFields } from '../request.ts'

const fields = {
  /** change, follow, undo; more, less, back; forget-word, forget-profile. */
  do: formText.default(''),
  query: formText.default(''),
  /** Of a topic of its own. */
  name: formText.default(''),
  /** The number of the paper; also in the address. */
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

/** What an address tries; null where it tries nothing. */
export function trialInQuery({ query, as, name }: Record<string, unknown>): TrialInput | null {
  if (typeof query !== 'string') return null
  return { text: query, named: as === 'new' ? String(name ?? '') : null }
}
