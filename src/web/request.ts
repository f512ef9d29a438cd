import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { TypedSignup } from '../flows/signup/read-signup.ts'
import { Fault } from '../platform/errors.ts'

// One ticked box arrives as a text, two as a list; a JSON body may hold numbers.
const text = z.union([z.string(), z.number()]).transform(String)
const texts = z.union([text, z.array(text)]).transform((value) => [value].flat())

const body = z.object({
  email: text.default(''),
  topic: texts.default([]),
  hour: text.optional(),
  zone: text.optional(),
  days: texts.optional(),
  max: text.optional(),
  format: text.optional(),
  detail: text.optional(),
  /** People do not see this field; what fills it in is a program. */
  website: text.default(''),
})

/** Reads a form's or a JSON body's fields; others are ignored. Throws request.unreadable. */
export function readSignupBody(value: unknown): { typed: TypedSignup; isProgram: boolean } {
  const parsed = body.safeParse(value ?? {})
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Fault('request.unreadable', { what: `${issue?.path.join('.') || 'body'}: ${issue?.message}` })
  }
  const { topic, website, ...typed } = parsed.data
  return { typed: { ...typed, topics: topic }, isProgram: website !== '' }
}

/** Programs that ask for JSON get JSON; browsers, and whoever does not say, get a page. */
export function wantsJson({ headers, url }: FastifyRequest): boolean {
  const accepted = headers.accept ?? ''
  return url.startsWith('/api/') || (accepted.includes('application/json') && !accepted.includes('text/html'))
}
