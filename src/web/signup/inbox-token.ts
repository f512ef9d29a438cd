import type { Config } from '../../config/config.ts'
import { seal, unseal } from '../../core/seal.ts'
import type { SubscriberSettings } from '../../subscribers/subscriber.ts'

/** The parts of a form that the next page shows again. */
export interface SentForm {
  email: string
  settings: SubscriberSettings
  /** Null if the topics of an earlier form count, or if they are too long for a URL. */
  topics: string[] | null
}

const PURPOSE = 'check inbox'
const LIFE_MS = 10 * 60_000
/** In characters: some proxies reject URLs of more than 4,000. */
const MAX_LENGTH = 3500

/** The path of the page after the form. It contains the form, encrypted and valid for ten minutes. */
export function inboxPath(config: Config, { email, settings, topics }: SentForm, now: Date): string {
  const pathWith = (topics: string[] | null) => {
    const text = JSON.stringify({ email, settings, topics, at: now.getTime() })
    return `/check-inbox/${seal(text, { secret: config.APP_SECRET[0]!, purpose: PURPOSE })}`
  }
  const path = pathWith(topics)
  return path.length <= MAX_LENGTH ? path : pathWith(null)
}

/** Null after the ten minutes, and for anything that is not such a token. */
export function readInboxToken(config: Config, token: string, now: Date): SentForm | null {
  const text = unseal(token, { secrets: config.APP_SECRET, purpose: PURPOSE })
  if (text === null) return null
  const { at, ...form } = JSON.parse(text) as SentForm & { at: number }
  return now.getTime() < at + LIFE_MS ? form : null
}
