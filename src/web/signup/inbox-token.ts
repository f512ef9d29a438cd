import type { Config } from '../../config.ts'
import { seal, unseal } from '../../platform/sealed.ts'
import type { SubscriberSettings } from '../../subscribers/subscriber.ts'

/** What the page after the form shows again. */
export interface SentForm {
  email: string
  settings: SubscriberSettings
  /** Null if those of an earlier form count, or if they are too long for an address. */
  topics: string[] | null
}

const PURPOSE = 'check inbox'
const LIFE_MS = 10 * 60_000
/** In characters: some proxies refuse addresses of more than 4,000. */
const MAX_TOPICS_LENGTH = 2000

/** The page after a form: its address carries the form encrypted, for ten minutes. */
export function inboxPath(config: Config, { email, settings, topics }: SentForm, now: Date): string {
  const isShort = topics !== null && topics.join('').length <= MAX_TOPICS_LENGTH
  const content = { email, settings, topics: isShort ? topics : null, at: now.getTime() }
  return `/check-inbox/${seal(JSON.stringify(content), { secret: config.APP_SECRET[0]!, purpose: PURPOSE })}`
}

/** Null once the ten minutes are over, and for anything that is not such a token. */
export function readInboxToken(config: Config, token: string, now: Date): SentForm | null {
  const text = unseal(token, { secrets: config.APP_SECRET, purpose: PURPOSE })
  if (text === null) return null
  const { at, ...form } = JSON.parse(text) as SentForm & { at: number }
  return now.getTime() < at + LIFE_MS ? form : null
}
