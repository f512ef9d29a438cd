import { Option } from 'commander'
import { parseDay } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { MESSAGE_STATES, type MessageState } from '../../mail/message.ts'
import { type ListedMessage, listMessages } from '../../mail/outbox/message-list.repo.ts'
import { MAIL_KINDS } from '../../mail/templates/template.ts'
import { maskAddress } from '../../subscribers/address.ts'
import { jsonOfMessage, jsonOfMessageDetails } from '../message-json.ts'
import { messageOutcomeText, messageTimeline } from '../message-timeline.ts'
import {
  type HoldReason,
  type MessageDetails,
  retryMessage,
  showMessage,
  stateName,
} from '../retry-message.ts'
import { type AddCommands, formatMinute, table } from './command-line.ts'
import { textOfTimeline } from './explain-text.ts'
import { runCommandChange } from './subscriber-output.ts'

const MAX_LISTED = 1000

const STATE_OF = new Map(MESSAGE_STATES.map((state) => [stateName(state), state]))

export const addMessageCommands: AddCommands = (program, cli) => {
  const noun = program.command('messages').description('emails and their delivery')
  noun
    .command('list')
    .description(`newest first, up to ${MAX_LISTED}`)
    .addOption(new Option('--state <state>', 'only these').choices([...STATE_OF.keys()]))
    .addOption(new Option('--kind <kind>', 'only these').choices(MAIL_KINDS))
    .option('--date <date>', 'only those created on this day (UTC)')
    .option('--limit <count>', `how many to show, 1 to ${MAX_LISTED}`)
    .action(
      cli.action(async ({ db }, { state, kind, date, limit }: ListOptions) => {
        const max = limitFrom(limit)
        const messages = await listMessages(db, {
          state: state ? STATE_OF.get(state) : undefined,
          kind,
          day: date === undefined ? undefined : parseDay(date),
          most: max,
        })
        return { json: messages.map(jsonOfMessage), text: textOfList(messages, max) }
      }),
    )
  noun
    .command('show')
    .description('one message with every attempt, the server’s replies and bounces')
    .argument('<id>')
    .action(
      cli.action(async (deps, id: string) => {
        const message = await showMessage(deps, { id })
        return { json: jsonOfMessageDetails(message), text: textOfMessage(deps, message) }
      }),
    )
  noun
    .command('retry')
    .description('retry a message that was refused, given up, skipped or is waiting')
    .argument('<id>')
    .option('--dry-run', 'show what would happen; changes nothing')
    .action(
      cli.action((deps, id: string, { dryRun }: { dryRun?: boolean }) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          const held = await retryMessage(txDeps, { id })
          const goes = held ? `. ${HELD[held]}` : ', and will be sent with the next run.'
          return { json: { id, state: 'ready', held }, text: `Message ${id} is ready${goes}` }
        }),
      ),
    )
}

const HELD: Record<HoldReason, string> = {
  suppressed: 'It will still be skipped: the address is suppressed. See subscribers unsuppress.',
  'not-active': 'It will still be skipped: the subscriber is not active. See subscribers show.',
  paused: 'It stays queued because delivery is paused. See delivery resume.',
  off: 'It stays queued because SENDING is off.',
}

interface ListOptions {
  state?: string
  kind?: string
  date?: string
  limit?: string
}

function limitFrom(text: string | undefined): number {
  if (text === undefined) return MAX_LISTED
  const max = Number(text)
  if (/^\d{1,4}$/.test(text) && max >= 1 && max <= MAX_LISTED) return max
  throw new Fault('usage.wrong', { what: `--limit "${text}": use a number from 1 to ${MAX_LISTED}` })
}

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

/** The history of a message in order of time, and what the operator can do. */
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

const mayRetry = ({ state, reason, deadline, toAddress }: MessageDetails, now: Date): boolean =>
  ENDED.includes(state) && reason !== 'restored' && toAddress !== null && deadline > now
const ENDED: MessageState[] = ['deferred', 'refused', 'uncertain', 'gave_up', 'skipped']
