import { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { LANES, MESSAGE_STATES, type MessageState } from '../../mail/message.ts'
import { type ListedMessage, listMessages, type MessageCursor } from '../../mail/outbox/message-list.repo.ts'
import { REFUSAL_CLASSES } from '../../mail/refusals/refusal-rule.ts'
import { MAIL_KINDS } from '../../mail/rendering/template.ts'
import { maskAddress } from '../../subscribers/address.ts'
import {
  bounceSchema,
  jsonOfMessage,
  jsonOfMessageDetails,
  type MessageDetails,
  mayRetry,
  messageOutcomeText,
  messageTimeline,
  retryMessage,
  showMessage,
  stateName,
} from '../message-details.ts'
import { cursorInstant } from './cursor.ts'
import { count, day, id, instant } from './fields.ts'
import { listOperation, type Page } from './list-operation.ts'
import { operation } from './operation.ts'
import { textOfTimeline } from './subscriber-text.ts'
import { formatMinute, table } from './text-table.ts'

const MAX_LISTED = 1000

const STATE_NAMES = MESSAGE_STATES.map(stateName) as [string, ...string[]]
const stateOfName = (name: string): MessageState => name.replace('-', '_') as MessageState

const message = {
  id: z.string(),
  kind: z.string(),
  lane: z.enum(LANES),
  subscriber: z.string(),
  to: z.string().nullable().describe('Masked; null if the subscriber was erased'),
  state: z.enum(STATE_NAMES),
  reason: z.string().nullable(),
  attempts: count,
  datedAt: instant,
  nextTry: instant,
  deadline: instant,
}

const shownMessage = z
  .object({
    ...message,
    acceptances: z.array(z.object({ at: instant, reply: z.string() })),
    tries: z.array(
      z.object({
        n: count,
        at: instant,
        outcome: z.string(),
        status: z.int().nullable(),
        enhanced: z.string().nullable(),
        reply: z.string(),
        class: z
          .enum([...REFUSAL_CLASSES, 'unknown'])
          .nullable()
          .describe('What the reply means by the rules of this release; null if there was none'),
      }),
    ),
    bounces: z.array(bounceSchema).describe('Bounces and complaints about it, oldest first'),
  })
  .meta({ id: 'ShownMessage' })

const filters = {
  state: z.enum(STATE_NAMES, { error: `one of ${STATE_NAMES.join(', ')}` }).optional(),
  kind: z.enum(MAIL_KINDS, { error: `one of ${MAIL_KINDS.join(', ')}` }).optional(),
  date: day.describe('Created on this day (UTC)').optional(),
}

const list = listOperation({
  name: 'messages list',
  summary: `emails, newest first, up to ${MAX_LISTED}`,
  rows: ({ db }, { state, kind, date }, { after, max }: Page<MessageCursor>) =>
    listMessages(db, { state: state ? stateOfName(state) : undefined, kind, day: date, after, most: max }),
  json: jsonOfMessage,
  command: {
    filters,
    max: MAX_LISTED,
    options: {
      state: ['--state <state>', 'only these'],
      kind: ['--kind <kind>', 'only these'],
      date: ['--date <date>', 'only those created on this day (UTC)'],
      limit: ['--limit <count>', `how many to show, 1 to ${MAX_LISTED}`],
    },
    output: textOfList,
  },
  api: {
    path: '/api/messages',
    operationId: 'listMessages',
    summary: 'Emails, newest first',
    filters,
    item: z.object(message).meta({ id: 'Message' }),
    list: 'messages',
    position: z.tuple([cursorInstant, id]),
    positionOf: ({ datedAt, id }) => [datedAt.toISOString(), id],
    after: ([datedAt, id]): MessageCursor => ({ datedAt, id }),
  },
})

const show = operation({
  name: 'messages show',
  summary: 'one message with every attempt, the server’s replies and bounces',
  effect: 'read',
  subject: 'message',
  run: showMessage,
  output: (message, _input, deps) => ({
    json: jsonOfMessageDetails(message),
    text: textOfMessage(deps, message),
  }),
  command: {},
  api: {
    path: '/api/messages/:id',
    operationId: 'showMessage',
    summary: 'One email with every attempt and the server’s replies',
    response: shownMessage,
  },
})

export const retry = operation({
  name: 'messages retry',
  summary: 'retry a message that was refused, given up, skipped or is waiting',
  effect: 'change',
  subject: 'message',
  run: retryMessage,
  subscriberOf: async (deps, { id }) => (await showMessage(deps, { id })).subscriberId,
  output: (_result, { id }) => ({
    json: { id, state: 'ready' },
    text: `Message ${id} is ready for the next run. If it is not sent, see subscribers show and delivery status.`,
  }),
  command: {},
  api: {
    path: '/api/messages/:id/retry',
    operationId: 'retryMessage',
    summary: 'Retry an email that was refused, given up, skipped or is waiting',
    response: z.object({ dryRun: z.boolean(), message: shownMessage }),
    faults: [409],
    body: async (deps, _result, { id }) => ({
      message: jsonOfMessageDetails(await showMessage(deps, { id })),
    }),
  },
  admin: { button: 'Send again', done: 'Queued. It’s sent with the next run.' },
})

export const MESSAGE_OPERATIONS = [list, show, retry]

const masked = ({ toAddress }: ListedMessage): string | null => toAddress && maskAddress(toAddress)

function textOfList(messages: ListedMessage[], max: number): string {
  if (messages.length === 0) return 'No messages.'
  const rows = messages.map((message) => [
    message.id,
    message.kind,
    masked(message),
    formatMinute(message.datedAt).slice(5),
    stateName(message.state),
    message.attempts,
    message.reason,
  ])
  const more =
    messages.length === max ? [`These are the newest ${max}; --limit allows up to ${MAX_LISTED}.`] : []
  return [table(['id', 'kind', 'to', 'created (UTC)', 'state', 'tries', 'reason'], rows), ...more].join('\n')
}

function textOfMessage({ clock, config }: Deps, message: MessageDetails): string {
  const { id, kind, subscriberId } = message
  const now = clock.now()
  const domain = config.MAIL_FROM.split('@').at(-1)
  return [
    `${id}: ${kind} to ${masked(message) ?? 'erased subscriber'}, ${messageOutcomeText(message)}`,
    `subscriber ${subscriberId}; Message-ID <${kind}.${id}@${domain}>`,
    '',
    textOfTimeline(messageTimeline(message, now)),
    ...(mayRetry(message, now) ? ['', `To retry: messages retry ${id}`] : []),
  ].join('\n')
}
