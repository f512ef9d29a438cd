import { z } from 'zod'
import type { Tried } from '../../account/try-topic.ts'
import { read, text } from '../request.ts'

const fields = {
  /** change, follow, undo; more, less, back; forget-word, forget-profile. */
  do: text.default(''),
  query: text.default(''),
  /** Of a topic of its own. */
  name: text.default(''),
  /** The number of the paper; also in the address. */
  paper: text.default(''),
  /** The id of a change. */
  change: text.default(''),
  /** The key of a word. */
  word: text.default(''),
}

/** A form of a topic's page, as it was sent. */
export type TopicForm = z.output<z.ZodObject<typeof fields>>

/** Throws FieldFaults: request.wrong-type. */
export const readTopicForm = (body: unknown): TopicForm => read(z.object(fields), body)

/** What an address tries; null where it tries nothing. */
export function triedIn({ query, as, name }: Record<string, unknown>): Tried | null {
  if (typeof query !== 'string') return null
  return { text: query, named: as === 'new' ? String(name ?? '') : null }
}
