import { type Command, Option } from 'commander'
import { explainSubscriber } from '../flows/operator/explain-subscriber.ts'
import { addSubscriber } from '../flows/signup/add-subscriber.ts'
import { eraseSubscriber } from '../flows/subscriber/erase-subscriber.ts'
import { moveSubscriber } from '../flows/subscriber/move-subscriber.ts'
import { pauseSubscriber, resumeSubscriber } from '../flows/subscriber/pause-subscriber.ts'
import { showSubscriber, showSubscribers } from '../flows/subscriber/show-subscriber.ts'
import { jsonOfShown, jsonOfSubscriber } from '../flows/subscriber/subscriber-json.ts'
import { suppress, unsuppress } from '../flows/subscriber/suppress-subscriber.ts'
import { unsubscribeByOperator } from '../flows/subscriber/unsubscribe.ts'
import { parseDay } from '../platform/dates.ts'
import { SUBSCRIBER_STATES, type SubscriberState } from '../subscribers/subscriber.ts'
import { SUPPRESSION_REASONS, type SuppressionReason } from '../subscribers/suppression-store.ts'
import { type AddCommands, type CommandLine, consentIn, table } from './command-line.ts'
import { jsonOfExplanation, textOfExplanation } from './explain-text.ts'
import { addMoving } from './moving.ts'
import { addReplay } from './replay.ts'
import { change, textOfAdded, textOfShown } from './subscriber-answers.ts'

export const addSubscriberCommands: AddCommands = (program, line) => {
  const noun = program.command('subscribers').description('who gets digests')
  addAdd(noun, line)
  addList(noun, line)
  addShow(noun, line)
  addExplain(noun, line)
  addPause(noun, line)
  addEnds(noun, line)
  addSuppress(noun, line)
  addMove(noun, line)
  addMoving(noun, line)
  addReplay(noun, line)
}

const collect = (value: string, before: string[]): string[] => [...before, value]

const changing = (command: Command): Command =>
  command.option('--dry-run', 'say what would happen, and change nothing')

interface DryRun {
  dryRun?: boolean
}

interface AddOptions extends DryRun {
  topic: string[]
  hour?: string
  zone?: string
  days?: string
  max?: string
  format?: string
  detail?: string
  consent?: string
}

function addAdd(noun: Command, line: CommandLine): void {
  changing(noun.command('add'))
    .description('add somebody: asked by mail, or with --consent confirmed at once')
    .argument('<email>')
    .option('--topic <query>', "a topic; repeat it for more; none: the day's best papers", collect, [])
    .option('--hour <hour>', 'hour of the day, 0 to 23, in their zone')
    .option('--zone <zone>', 'time zone, such as Europe/Paris')
    .option('--days <days>', 'comma list of: mon, tue, wed, thu, fri, sat, sun')
    .option('--max <papers>', 'most papers in a mail, 1 to 25')
    .option('--format <format>', 'html or text')
    .option('--detail <detail>', 'full or titles')
    .option('--consent <how>', 'how they said yes', consentIn)
    .action(
      line.action((deps, email: string, { topic, days, dryRun, ...typed }: AddOptions) =>
        change(deps, { dryRun }, async (tried) => {
          const input = { email, topics: topic, days: days === undefined ? undefined : [days], ...typed }
          const added = await addSubscriber(tried, input)
          return { json: { email, ...added }, text: textOfAdded(added) }
        }),
      ),
    )
}

function addList(noun: Command, line: CommandLine): void {
  noun
    .command('list')
    .description('everybody, in the order in which they came')
    .addOption(new Option('--state <state>', 'only these').choices(SUBSCRIBER_STATES))
    .action(
      line.action(async (deps, { state }: { state?: SubscriberState }) => {
        const found = await showSubscribers(deps, { state })
        const rows = found.map(({ subscriber, topics }) => [
          subscriber.address,
          subscriber.state,
          topics.length,
          `${subscriber.hour}:00 ${subscriber.zone}`,
        ])
        return { json: found.map(jsonOfSubscriber), text: table(['email', 'state', 'topics', 'hour'], rows) }
      }),
    )
}

function addShow(noun: Command, line: CommandLine): void {
  noun
    .command('show')
    .description('what is known of one subscriber')
    .argument('<email>')
    .action(
      line.action(async (deps, email: string) => {
        const shown = await showSubscriber(deps, { email })
        return { json: jsonOfShown(shown), text: textOfShown(shown) }
      }),
    )
}

function addExplain(noun: Command, line: CommandLine): void {
  noun
    .command('explain')
    .description('why somebody did or did not get their mail of a date')
    .argument('<email>', 'an address; for whoever was erased, the id that books and logs name')
    .option('--date <date>', 'their local date; else the newest on which something was due')
    .action(
      line.action(async (deps, who: string, { date }: { date?: string }) => {
        const named = who.includes('@') ? { email: who } : { id: who }
        const explained = await explainSubscriber(deps, {
          ...named,
          date: date === undefined ? undefined : parseDay(date),
        })
        return { json: jsonOfExplanation(explained), text: textOfExplanation(explained) }
      }),
    )
}

function addPause(noun: Command, line: CommandLine): void {
  changing(noun.command('pause'))
    .description('no digests for a while')
    .argument('<email>')
    .option('--until <date>', 'the date on which they come again; else until resumed')
    .action(
      line.action((deps, email: string, { until, dryRun }: DryRun & { until?: string }) =>
        change(deps, { dryRun }, async (tried) => {
          const day = until === undefined ? null : parseDay(until)
          await pauseSubscriber(tried, { email, until: day })
          return {
            json: { email, state: 'paused', pausedUntil: day },
            text: `Paused${day ? ` until ${day}` : ''}.`,
          }
        }),
      ),
    )
  changing(noun.command('resume'))
    .description('digests again, after a pause')
    .argument('<email>')
    .action(
      line.action((deps, email: string, { dryRun }: DryRun) =>
        change(deps, { dryRun }, async (tried) => {
          await resumeSubscriber(tried, { email })
          return { json: { email, state: 'active' }, text: 'Active.' }
        }),
      ),
    )
}

function addEnds(noun: Command, line: CommandLine): void {
  changing(noun.command('unsubscribe'))
    .description('end a subscription')
    .argument('<email>')
    .action(
      line.action((deps, email: string, { dryRun }: DryRun) =>
        change(deps, { dryRun }, async (tried) => {
          const ended = await unsubscribeByOperator(tried, { email })
          return {
            json: { email, ended },
            text: ended ? 'Unsubscribed.' : 'Had ended before: nothing to do.',
          }
        }),
      ),
    )
  changing(noun.command('erase'))
    .description('forget who somebody was; a suppressed address stays suppressed')
    .argument('<email>')
    .action(
      line.action((deps, email: string, { dryRun }: DryRun) =>
        change(deps, { dryRun }, async (tried) => {
          await eraseSubscriber(tried, { email })
          return { json: { erased: true }, text: 'Erased.' }
        }),
      ),
    )
}

function addSuppress(noun: Command, line: CommandLine): void {
  changing(noun.command('suppress'))
    .description('no mail to this address, subscribed or not')
    .argument('<email>')
    .addOption(new Option('--reason <reason>', 'why').choices(SUPPRESSION_REASONS).default('operator'))
    .action(
      line.action((deps, email: string, { reason, dryRun }: DryRun & { reason: SuppressionReason }) =>
        change(deps, { dryRun }, async (tried) => {
          await suppress(tried, { email, reason })
          return { json: { email, suppressed: reason }, text: `Suppressed (${reason}).` }
        }),
      ),
    )
  changing(noun.command('unsuppress'))
    .description('lift it: a subscriber is again what they were before')
    .argument('<email>')
    .action(
      line.action((deps, email: string, { dryRun }: DryRun) =>
        change(deps, { dryRun }, async (tried) => {
          await unsuppress(tried, { email })
          return {
            json: { email, suppressed: null },
            text: 'No suppression holds any more: a subscriber is again what they were before; after a complaint, unsubscribed.',
          }
        }),
      ),
    )
}

function addMove(noun: Command, line: CommandLine): void {
  changing(noun.command('move'))
    .description('give a subscriber a new address')
    .argument('<email>')
    .argument('<new>', 'the new address')
    .action(
      line.action((deps, email: string, newEmail: string, { dryRun }: DryRun) =>
        change(deps, { dryRun }, async (tried) => {
          await moveSubscriber(tried, { email, newEmail })
          return { json: { email: newEmail }, text: 'Moved.' }
        }),
      ),
    )
}
