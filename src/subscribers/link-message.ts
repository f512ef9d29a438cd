import type { TopicPaperRef } from './links.ts'
import type { MailFormat } from './subscriber.ts'

/** The content of messages of kind manage-link, account-link, new-address and moved. */
export interface LinkMessage {
  /** The subscriber's when it was asked for: a new address makes the link void. */
  epoch: number
  zone: string
  format: MailFormat
  /** Of a manage-link: they asked for it, and did not fill in the form. */
  asked?: boolean
  /** Of a manage-link: the topic and the paper from which they asked for it. */
  at?: TopicPaperRef
  /** Of a new-address alone. */
  moveId?: number
}
