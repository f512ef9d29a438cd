import type { ListedBounce } from '../bounces/bounce-list.repo.ts'
import type { ListedMessage } from '../mail/outbox/message-list.repo.ts'
import { refusalClassOf } from '../mail/refusals/classify-refusal.ts'
import { maskAddress } from '../subscribers/address.ts'
import { type MessageDetails, stateName } from './retry-message.ts'

/** The form of a message in lists of commands and the API, with a masked address. */
export const jsonOfMessage = (message: ListedMessage) => ({
  id: message.id,
  kind: message.kind,
  lane: message.lane,
  subscriber: message.subscriberId,
  to: message.toAddress && maskAddress(message.toAddress),
  state: stateName(message.state),
  reason: message.reason,
  attempts: message.attempts,
  datedAt: message.datedAt.toISOString(),
  nextTry: message.nextTry.toISOString(),
  deadline: message.deadline.toISOString(),
})

/** The same with each attempt and bounce. */
export const jsonOfMessageDetails = (message: MessageDetails) => ({
  ...jsonOfMessage(message),
  acceptances: message.acceptances.map(({ at, reply }) => ({ at: at.toISOString(), reply })),
  tries: message.tries.map(({ at, ...made }) => ({
    ...made,
    class: refusalClassOf(made),
    at: at.toISOString(),
  })),
  bounces: message.bounces.map(jsonOfReturn),
})

/** The form of a bounce in lists of commands and the API. */
export const jsonOfReturn = (one: ListedBounce) => ({
  at: one.at.toISOString(),
  class: one.class,
  status: one.status,
  reply: one.reply,
  domain: one.domain,
  channel: one.channel,
  foundBy: one.foundBy,
  effect: one.effect,
  message: one.messageId,
  subscriber: one.subscriberId,
})
