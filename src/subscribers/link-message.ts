import type { TopicPaperRef } from './links.ts'
import type { MailFormat } from './subscriber.ts'

/** The content of messages of kind manage-link, account-link, new-address and moved. */
export interface LinkMessage {
  /** The subscriber's epoch at the time of the request: a new address makes the link invalid. */
  epoch: number
  zone: string
  format: MailFormat
  /** For a manage-link: they requested it, and did not fill in the form. */
  asked?: boolean
  /** For a manage-link: the topic and the paper from which they requested it. */
  at?: TopicPaperRef
  /** Only for a new-address. */
  moveId?: number
}
