import { z } from 'zod'
import { BOUNCE_CLASSES, BOUNCE_EFFECTS, FOUND_BY } from '../bounces/bounce.repo.ts'
import type { ListedBounce } from '../bounces/bounce-list.repo.ts'
import { CHANNELS } from '../bounces/report.repo.ts'
import type { ListedMessage } from '../mail/outbox/message-list.repo.ts'
import { classifyRefusal } from '../mail/refusals/classify-refusal.ts'
import { maskAddress } from '../subscribers/address.ts'
import { instant } from './operations/fields.ts'
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
  datedAt: message.datedAt,
  nextTry: message.nextTry,
  deadline: message.deadline,
})

/** The same with each attempt and bounce. */
export const jsonOfMessageDetails = (message: MessageDetails) => ({
  ...jsonOfMessage(message),
  acceptances: message.acceptances,
  tries: message.tries.map((made) => ({ ...made, class: classifyRefusal(made).class })),
  bounces: message.bounces.map(jsonOfBounce),
})

/** The form of a bounce in lists of commands and the API. */
export const jsonOfBounce = (one: ListedBounce) => ({
  at: one.at,
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

export const bounceSchema = z
  .object({
    at: instant.describe('When the report arrived'),
    class: z.enum(BOUNCE_CLASSES),
    status: z.string().nullable().describe('5.1.1, or the three digits of a reply'),
    reply: z.string().describe('What the server said, without addresses'),
    domain: z.string().nullable().describe('Domain of the recipient'),
    channel: z.enum(CHANNELS).describe('Channel of the report'),
    foundBy: z.enum(FOUND_BY).nullable().describe('How the subscriber was found; null if they were not'),
    effect: z
      .enum(BOUNCE_EFFECTS)
      .describe(
        'dropped: the sign-up; elsewhere: no action, because it is about a mailbox that theirs forwards to',
      ),
    message: z.string().nullable(),
    subscriber: z.string().nullable(),
  })
  .meta({ id: 'Bounce' })
