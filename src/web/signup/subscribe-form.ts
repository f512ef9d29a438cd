import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { words } from '../../i18n/words.ts'
import { forVisitor, type Searcher } from '../../search/for-visitor.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { type CheckedSignup, readSignup, readSignupInThread } from '../../subscribers/read-signup.ts'
import { choiceFields, formOf, formText, settingsFields, texts, withChoices } from '../request.ts'

const subscription = {
  email: formText.default(''),
  /** Each may contain several topics, separated by a comma, a semicolon or a new line. */
  topic: texts.default([]),
  ...settingsFields,
  /** "1": send the email again, with the settings of the last form. */
  again: z.union([formText, z.boolean().transform((again) => (again ? '1' : ''))]).default(''),
  /** A honeypot: people do not see this field, so a program filled it in. */
  website: formText.default(''),
}

/**
 * The fields that programs may send. The honeypot is left out: it is meant for spam programs, not for clients of the
 * API.
 */
export const subscriptionFields = z.strictObject({ ...subscription, email: formText }).omit({ website: true })

const buttons = {
  /** The position, from 0, of a previewed topic, and the query that replaces it; shows the preview again. */
  use: formText.default(''),
  /** "1": the example without topics was pressed: the day's most upvoted papers. */
  best: formText.default(''),
  /** "1": the reader came back from the page after the form. If no topic is typed, the earlier ones stay. */
  change: formText.default(''),
  /** A form without a preview: "1" on the front page, "paper" on a paper's page. */
  banner: formText.default(''),
  /** An address whose domain looked mistyped: if it comes again, it is meant. */
  sure: formText.default(''),
  ...choiceFields,
}

/** The subscribe form as it was sent. */
export type SubscribeForm = ReturnType<typeof subscribeFormOf>

/** Other fields are ignored. */
export const subscribeFields = z.object(
  { ...subscription, ...buttons },
  { error: words.subscribe.takes.fields },
)

/** The form of a program: what `subscriptionFields` describes, without an email too, and with the honeypot. */
export const sentSubscription = z.strictObject(subscription, { error: words.subscribe.takes.fields })

/** A query, a number of days, and queries of other topics, as JSON. Other fields are ignored. */
export const previewQuery = z.object(
  {
    query: formText.default(''),
    days: formText.transform(Number).default(MAX_DAYS),
    others: texts.default([]),
  },
  { error: words.subscribe.takes.fields },
)

/** Reads the form, or what can be read of it if its schema refused it. */
export const readSubscribeForm = (request: FastifyRequest): SubscribeForm =>
  subscribeFormOf(formOf(subscribeFields, request))

export function subscribeFormOf(fields: z.output<typeof subscribeFields>) {
  const { topic, website, again, use, best, change, banner, sure, ...typed } = withChoices(fields)
  return {
    typed: { ...typed, topics: best ? [] : topic },
    replacement: replacementOf(use),
    again: again !== '',
    keepsTopics: change === '1',
    isFromBanner: banner !== '',
    /** The page of a paper offers its topics only. */
    needsTopic: banner === 'paper',
    isSure: sure !== '' && sure === typed.email,
    isBot: website !== '',
  }
}

function replacementOf(use: string): { place: number; query: string } | null {
  const [, place, query] = /^(\d{1,4}) (.+)$/s.exec(use) ?? []
  return place && query ? { place: Number(place), query } : null
}

/** The number of characters that we parse in about a millisecond. */
const MAX_SHORT = 1000

/**
 * Reads a sign-up. Twenty long topics take about 100 ms, and anyone can send them with an address that is then refused:
 * they are read in the search thread. Throws FieldFaults, rate.too-many, rate.at-once, search.busy.
 */
export async function readSignupForm(
  deps: Deps,
  searcher: Searcher,
  { typed }: SubscribeForm,
): Promise<CheckedSignup> {
  if (typed.topics.join('').length <= MAX_SHORT) return readSignup(deps.config, typed)
  return forVisitor(deps, searcher, (deps) => readSignupInThread(deps, typed))
}
