import { Option } from 'commander'
import { MESSAGE_STATES } from '../delivery/message.ts'
import { type ListedMessage, listMessages, type ShownMessage } from '../delivery/message-list-store.ts'
import { retryMessage, showMessage, stateName } from '../flows/messages/retry-message.ts'
import { maskAddress } from '../subscribers/address.ts'
import { type AddCommands, table } from './command-line.ts'
import { change } from './subscriber-answers.ts'

const MOST = 1000

const STATE_OF = new Map(MESSAGE_STATES.map((state) => [stateName(state), state]))

export const addMessageCommands: AddCommands = (program, line) => {
  const noun = program.command('messages').description('mails, and what became of them')
  noun
    .command('list')
    .description(`the newest ${MOST}`)
    .addOption(new Option('--state <state>', 'only these').choices([...STATE_OF.keys()]))
    .action(
      line.action(async ({ db }, { state }: { state?: string }) => {
        const messages = await listMessages(db, {
          state: state ? STATE_OF.get(state) : undefined,
          most: MOST,
        })
        return { json: messages.map(jsonOf), text: textOfList(messages) }
      }),
    )
  noun
    .command('show')
    .description('one message, each of its tries and what the server said')
    .argument('<id>')
    .action(
      line.action(async (deps, id: string) => {
        const message = await showMessage(deps, { id })
        return { json: jsonOfShown(message), text: textOfShown(message) }
      }),
    )
  noun
    .command('retry')
    .description('try a message again that was refused, given up or skipped, or that waits')
    .argument('<id>')
    .option('--dry-run', 'say what would happen, and change nothing')
    .action(
      line.action((deps, id: string, { dryRun }: { dryRun?: boolean }) =>
        change(deps, { dryRun }, async (tried) => {
          await retryMessage(tried, { id })
          return { json: { id, state: 'ready' }, text: `Message ${id} is ready, and goes with the next run.` }
        }),
      ),
    )
}

const masked = ({ toAddress }: ListedMessage): string | null => toAddress && maskAddress(toAddress)

const jsonOf = (message: ListedMessage): object => ({
  id: message.id,
  kind: message.kind,
  lane: message.lane,
  subscriber: message.subscriberId,
  to: masked(message),
  state: stateName(message.state),
  reason: message.reason,
  attempts: message.attempts,
  nextTry: message.nextTry.toISOString(),
  deadline: message.deadline.toISOString(),
})

const jsonOfShown = (message: ShownMessage): object => ({
  ...jsonOf(message),
  datedAt: message.datedAt.toISOString(),
  acceptances: message.acceptances.map(({ at, answer }) => ({ at: at.toISOString(), answer })),
  tries: message.tries.map(({ at, ...made }) => ({ ...made, at: at.toISOString() })),
})

function textOfList(messages: ListedMessage[]): string {
  if (messages.length === 0) return 'No messages.'
  const rows = messages.map((message) => [
    message.id,
    message.kind,
    masked(message),
    stateName(message.state),
    message.reason,
    message.attempts,
  ])
  return table(['id', 'kind', 'to', 'state', 'reason', 'tries'], rows)
}

function textOfShown(message: ShownMessage): string {
  const { id, kind, state, reason, nextTry, deadline, tries, acceptances } = message
  const waits = state === 'ready' || state === 'deferred' || (state === 'uncertain' && nextTry < deadline)
  return [
    `${id}: ${kind} to ${masked(message) ?? 'somebody erased'}`,
    `state: ${stateName(state)}${reason ? ` (${reason})` : ''}`,
    ...(waits ? [`next try: ${nextTry.toISOString()}, until ${deadline.toISOString()}`] : []),
    ...tries.map(({ n, at, outcome, answer }) => `try ${n}, ${at.toISOString()}: ${outcome}: ${answer}`),
    ...acceptances.map(({ at, answer }) => `accepted, ${at.toISOString()}: ${answer}`),
  ].join('\n')
}
