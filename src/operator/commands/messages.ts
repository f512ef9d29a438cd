import { Option } from 'commander'
import { parseDay } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { MESSAGE_STATES, type MessageState } from '../../mail/message.ts'
import { type ListedMessage, listMessages } from '../../mail/outbox/message-list.repo.ts'
import { MAIL_KINDS } from '../../mail/templates/mail-kind.ts'
import { maskAddress } from '../../subscribers/address.ts'
import { jsonOfMessage, jsonOfShownMessage } from '../message-json.ts'
import { fateText, messageLife } from '../message-life.ts'
import { type Held, retryMessage, showMessage, stateName, type WholeMessage } from '../retry-message.ts'
import { type AddCommands, minuteOf, table } from './command-line.ts'
import { textOfSteps } from './explain-text.ts'
import { change } from './subscriber-answers.ts'

const MOST = 1000

const STATE_OF = new Map(MESSAGE_STATES.map((state) => [stateName(state), state]))

export const addMessageCommands: AddCommands = (program, line) => {
  const noun = program.command('messages').description('emails and their delivery')
  noun
    .command('list')
    .description(`newest first, up to ${MOST}`)
    .addOption(new Option('--state <state>', 'only these').choices([...STATE_OF.keys()]))
    .addOption(new Option('--kind <kind>', 'only these').choices(MAIL_KINDS))
    .option('--date <date>', 'only those created on this day (UTC)')
    .option('--limit <count>', `how many to show, 1 to ${MOST}`)
    .action(
      line.action(async ({ db }, { state, kind, date, limit }: ListOptions) => {
        const most = limitFrom(limit)
        const messages = await listMessages(db, {
          state: state ? STATE_OF.get(state) : undefined,
          kind,
          day: date === undefined ? undefined : parseDay(date),
          most,
        })
        return { json: messages.map(jsonOfMessage), text: textOfList(messages, most) }
      }),
    )
  noun
    .command('show')
    .description('one message with every attempt, the server’s replies and bounces')
    .argument('<id>')
    .action(
      line.action(async (deps, id: string) => {
        const message = await showMessage(deps, { id })
        return { json: jsonOfShownMessage(message), text: textOfShown(deps, message) }
      }),
    )
  noun
    .command('retry')
    .description('retry a message that was refused, given up, skipped or is waiting')
    .argument('<id>')
    .option('--dry-run', 'show what would happen; changes nothing')
    .action(
      line.action((deps, id: string, { dryRun }: { dryRun?: boolean }) =>
        change(deps, { dryRun }, async (tried) => {
          const held = await retryMessage(tried, { id })
          const goes = held ? `. ${HELD[held]}` : ', and will be sent with the next run.'
          return { json: { id, state: 'ready', held }, text: `Message ${id} is ready${goes}` }
        }),
      ),
    )
}

const HELD: Record<Held, string> = {
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
  if (text === undefined) return MOST
  const most = Number(text)
  if (/^\d{1,4}$/.test(text) && most >= 1 && most <= MOST) return most
  throw new Fault('usage.wrong', { what: `--limit "${text}": use a number from 1 to ${MOST}` })
}

const masked = ({ toAddress }: ListedMessage): string | null => toAddress && maskAddress(toAddress)

function textOfList(messages: ListedMessage[], most: number): string {
  if (messages.length === 0) return 'No messages.'
  const rows = messages.map((message) => [
    message.id,
    message.kind,
    masked(message),
    minuteOf(message.datedAt).slice(5),
    stateName(message.state),
    message.attempts,
    message.reason,
  ])
  const more = messages.length === most ? [`These are the newest ${most}; --limit allows up to ${MOST}.`] : []
  return [table(['id', 'kind', 'to', 'created (UTC)', 'state', 'tries', 'reason'], rows), ...more].join('\n')
}

/** Its whole life, in order of time, and what can be done. */
function textOfShown({ clock, config }: Deps, message: WholeMessage): string {
  const { id, kind, subscriberId } = message
  const now = clock.now()
  const domain = config.MAIL_FROM.split('@').at(-1)
  return [
    `${id}: ${kind} to ${masked(message) ?? 'erased subscriber'}, ${fateText(message)}`,
    `subscriber ${subscriberId}; Message-ID <${kind}.${id}@${domain}>`,
    '',
    textOfSteps(messageLife(message, now)),
    ...(mayRetry(message, now) ? ['', `To retry: messages retry ${id}`] : []),
  ].join('\n')
}

const mayRetry = ({ state, reason, deadline, toAddress }: WholeMessage, now: Date): boolean =>
  ENDED.includes(state) && reason !== 'restored' && toAddress !== null && deadline > now
const ENDED: MessageState[] = ['deferred', 'refused', 'uncertain', 'gave_up', 'skipped']
