import type { Day } from '../../core/dates.ts'
import type { Schedule } from '../../subscribers/subscriber.ts'

export const CHANNEL_KINDS = ['slack', 'discord', 'telegram', 'feishu', 'json'] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]

/** What may never be shown: it is all that one needs to post. */
export interface Target {
  url: string
  /** The token of a Telegram bot, the secret of a Feishu bot, or the key that signs JSON. */
  secret?: string
  /** Of Telegram: @name or a number. */
  chat?: string
}

/** Where the operator has a topic posted once a day. */
export interface LabChannel extends Schedule {
  id: string
  name: string
  kind: ChannelKind
  /** A query. */
  topic: string
  maxPapers: number
  /** See sealTarget. */
  target: string
  addedAt: Date
  /** Posts in a row that the service refused. */
  refusals: number
  stoppedAt: Date | null
}

export interface PostedPaper {
  title: string
  /** Its page on this site. */
  url: string
  authors: string[]
  moreAuthors: number
  reason: string
}

/** What a post says: data, which each service gets in its own form. */
export interface PostContent {
  site: string
  /** The name of the topic as a heading. */
  topic: string
  query: string
  date: Day
  /** When it was planned, in ISO 8601. */
  at: string
  /** Best first. */
  papers: readonly PostedPaper[]
  /** How many papers matched. */
  count: number
  /** The search for the topic on this site. */
  url: string
  /** Set if `channels test` sent it. */
  isTest?: true
}

/** ready and deferred wait, taken is being sent; the others are final. */
export type PostState =
  | 'ready'
  | 'taken'
  | 'deferred'
  | 'posted'
  | 'nothing_matched'
  | 'refused'
  | 'gave_up'
  | 'uncertain'
  | 'missed'
export const OPEN_STATES: readonly PostState[] = ['ready', 'taken', 'deferred']

/** What one attempt did. `reason` names neither an address nor a secret. */
export type Outcome =
  | { kind: 'posted' }
  /** The service takes nothing now. `seconds`: how long it asks us to wait. */
  | { kind: 'deferred'; reason: string; seconds?: number }
  /** `isGone`: the address does not work any more, so no other post would be taken. */
  | { kind: 'refused'; reason: string; isGone?: boolean }
  /** No reply to a whole request, so it may have been posted. */
  | { kind: 'unanswered'; reason: string }
