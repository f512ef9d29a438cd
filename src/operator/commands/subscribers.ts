import { type Command, Option } from 'commander'
import { eraseSubscriber } from '../../account/erase-subscriber.ts'
import { moveSubscriber } from '../../account/move-subscriber.ts'
import { pauseSubscriber, resumeSubscriber } from '../../account/pause-subscriber.ts'
import { showSubscriber, showSubscribers } from '../../account/show-subscriber.ts'
import { addSubscriber } from '../../account/signup/add-subscriber.ts'
import { jsonOfShown, jsonOfSubscriber } from '../../account/subscriber-json.ts'
import { unsubscribeByOperator } from '../../account/unsubscribe.ts'
import { parseDay } from '../../core/dates.ts'
import { SUBSCRIBER_STATES, type SubscriberState } from '../../subscribers/subscriber.ts'
import { suppress, unsuppress } from '../../subscribers/suppress-subscriber.ts'
import { SUPPRESSION_REASONS, type SuppressionReason } from '../../subscribers/suppression.repo.ts'
import { explainSubscriber } from '../explain-subscriber.ts'
import { type AddCommands, type CommandLine, consentIn, table } from './command-line.ts'
import { jsonOfExplanation, textOfExplanation } from './explain-text.ts'
import { addMoving } from './moving.ts'
import { addReplay } from './replay.ts'
import { change, textOfAdded, textOfShown } from './subscriber-answers.ts'

export const addSubscriberCommands: AddCommands = (program, line) => {
  const noun = program.command('subscribers').description('subscribers')
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
  command.option('--dry-run', 'show what would happen; changes nothing')

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
    .description('add a subscriber: with a confirmation email, or with --consent confirmed at once')
    .argument('<email>')
    .option(
      '--topic <query>',
      'a topic; repeat for more; without one, the day’s most upvoted papers',
      collect,
      [],
    )
    .option('--hour <hour>', 'hour of the day, 0 to 23, in their zone')
    .option('--zone <zone>', 'time zone, such as Europe/Paris')
    .option('--days <days>', 'comma list of: mon, tue, wed, thu, fri, sat, sun')
    .option('--max <papers>', 'papers per email, 1 to 25')
    .option('--format <format>', 'html or text')
    .option('--detail <detail>', 'full or titles')
    .option('--consent <how>', 'how they agreed', consentIn)
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
    .description('all subscribers, oldest first')
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
    .description('show one subscriber')
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
    .description('why a subscriber did or did not get an email on a date')
    .argument('<email>', 'an address, or the id of an erased subscriber')
    .option('--date <date>', 'their local date; default: the newest on which something was due')
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
    .description('pause digests')
    .argument('<email>')
    .option('--until <date>', 'the date on which they resume; default: until resumed')
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
    .description('resume digests after a pause')
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
            text: ended ? 'Unsubscribed.' : 'Already ended: nothing to do.',
          }
        }),
      ),
    )
  changing(noun.command('erase'))
    .description('erase a subscriber’s data; a suppressed address stays suppressed')
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
    .description('never email this address, subscribed or not')
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
    .description('remove a suppression: the subscriber’s earlier state is restored')
    .argument('<email>')
    .action(
      line.action((deps, email: string, { dryRun }: DryRun) =>
        change(deps, { dryRun }, async (tried) => {
          await unsuppress(tried, { email })
          return {
            json: { email, suppressed: null },
            text: 'Not suppressed any more. The subscriber’s earlier state is restored; after a complaint, unsubscribed.',
          }
        }),
      ),
    )
}

function addMove(noun: Command, line: CommandLine): void {
  changing(noun.command('move'))
    .description('change a subscriber’s address')
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
