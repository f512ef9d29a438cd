import { type Command, Option } from 'commander'
import { pauseSubscriber, resumeSubscriber } from '../../account/change-by-operator.ts'
import { eraseSubscriber } from '../../account/erase-subscriber.ts'
import { changeAddressByOperator } from '../../account/request-address-change.ts'
import {
  jsonOfSubscriber,
  jsonOfSubscriberDetails,
  showSubscriber,
  showSubscribers,
} from '../../account/show-subscriber.ts'
import { addSubscriber } from '../../account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../account/unsubscribe.ts'
import { parseDay } from '../../core/dates.ts'
import { SUBSCRIBER_STATES, type SubscriberState } from '../../subscribers/subscriber.ts'
import { suppress, unsuppress } from '../../subscribers/suppress-subscriber.ts'
import { SUPPRESSION_REASONS, type SuppressionReason } from '../../subscribers/suppression.repo.ts'
import { explainSubscriber } from '../explain-subscriber.ts'
import { type AddCommands, type Cli, parseConsent, table } from './command-line.ts'
import { jsonOfExplanation, textOfExplanation } from './explain-text.ts'
import { addImportExport } from './import-export.ts'
import { addReplay } from './replay.ts'
import { runCommandChange, textOfAdded, textOfSubscriber } from './subscriber-output.ts'

export const addSubscriberCommands: AddCommands = (program, cli) => {
  const noun = program.command('subscribers').description('subscribers')
  addAdd(noun, cli)
  addList(noun, cli)
  addShow(noun, cli)
  addExplain(noun, cli)
  addPause(noun, cli)
  addUnsubscribeAndErase(noun, cli)
  addSuppress(noun, cli)
  addMove(noun, cli)
  addImportExport(noun, cli)
  addReplay(noun, cli)
}

const collect = (value: string, before: string[]): string[] => [...before, value]

const withDryRun = (command: Command): Command =>
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

function addAdd(noun: Command, cli: Cli): void {
  withDryRun(noun.command('add'))
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
    .option('--consent <how>', 'how they agreed', parseConsent)
    .action(
      cli.action((deps, email: string, { topic, days, dryRun, ...typed }: AddOptions) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          const input = { email, topics: topic, days: days === undefined ? undefined : [days], ...typed }
          const added = await addSubscriber(txDeps, input)
          return { json: { email, ...added }, text: textOfAdded(added) }
        }),
      ),
    )
}

function addList(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('all subscribers, oldest first')
    .addOption(new Option('--state <state>', 'only these').choices(SUBSCRIBER_STATES))
    .action(
      cli.action(async (deps, { state }: { state?: SubscriberState }) => {
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

function addShow(noun: Command, cli: Cli): void {
  noun
    .command('show')
    .description('show one subscriber')
    .argument('<email>')
    .action(
      cli.action(async (deps, email: string) => {
        const shown = await showSubscriber(deps, { email })
        return { json: jsonOfSubscriberDetails(shown), text: textOfSubscriber(shown) }
      }),
    )
}

function addExplain(noun: Command, cli: Cli): void {
  noun
    .command('explain')
    .description('why a subscriber did or did not get an email on a date')
    .argument('<email>', 'an address, or the id of an erased subscriber')
    .option('--date <date>', 'their local date; default: the newest on which something was due')
    .action(
      cli.action(async (deps, idOrEmail: string, { date }: { date?: string }) => {
        const named = idOrEmail.includes('@') ? { email: idOrEmail } : { id: idOrEmail }
        const explained = await explainSubscriber(deps, {
          ...named,
          date: date === undefined ? undefined : parseDay(date),
        })
        return { json: jsonOfExplanation(explained), text: textOfExplanation(explained) }
      }),
    )
}

function addPause(noun: Command, cli: Cli): void {
  withDryRun(noun.command('pause'))
    .description('pause digests')
    .argument('<email>')
    .option('--until <date>', 'the date on which they resume; default: until resumed')
    .action(
      cli.action((deps, email: string, { until, dryRun }: DryRun & { until?: string }) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          const day = until === undefined ? null : parseDay(until)
          await pauseSubscriber(txDeps, { email, until: day })
          return {
            json: { email, state: 'paused', pausedUntil: day },
            text: `Paused${day ? ` until ${day}` : ''}.`,
          }
        }),
      ),
    )
  withDryRun(noun.command('resume'))
    .description('resume digests after a pause')
    .argument('<email>')
    .action(
      cli.action((deps, email: string, { dryRun }: DryRun) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          await resumeSubscriber(txDeps, { email })
          return { json: { email, state: 'active' }, text: 'Active.' }
        }),
      ),
    )
}

function addUnsubscribeAndErase(noun: Command, cli: Cli): void {
  withDryRun(noun.command('unsubscribe'))
    .description('end a subscription')
    .argument('<email>')
    .action(
      cli.action((deps, email: string, { dryRun }: DryRun) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          const ended = await unsubscribeByOperator(txDeps, { email })
          return {
            json: { email, ended },
            text: ended ? 'Unsubscribed.' : 'Already ended: nothing to do.',
          }
        }),
      ),
    )
  withDryRun(noun.command('erase'))
    .description('erase a subscriber’s data; a suppressed address stays suppressed')
    .argument('<email>')
    .action(
      cli.action((deps, email: string, { dryRun }: DryRun) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          await eraseSubscriber(txDeps, { email })
          return { json: { erased: true }, text: 'Erased.' }
        }),
      ),
    )
}

function addSuppress(noun: Command, cli: Cli): void {
  withDryRun(noun.command('suppress'))
    .description('never email this address, subscribed or not')
    .argument('<email>')
    .addOption(new Option('--reason <reason>', 'why').choices(SUPPRESSION_REASONS).default('operator'))
    .action(
      cli.action((deps, email: string, { reason, dryRun }: DryRun & { reason: SuppressionReason }) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          await suppress(txDeps, { email, reason })
          return { json: { email, suppressed: reason }, text: `Suppressed (${reason}).` }
        }),
      ),
    )
  withDryRun(noun.command('unsuppress'))
    .description('remove a suppression: the subscriber’s earlier state is restored')
    .argument('<email>')
    .action(
      cli.action((deps, email: string, { dryRun }: DryRun) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          await unsuppress(txDeps, { email })
          return {
            json: { email, suppressed: null },
            text: 'Not suppressed any more. The subscriber’s earlier state is restored; after a complaint, unsubscribed.',
          }
        }),
      ),
    )
}

function addMove(noun: Command, cli: Cli): void {
  withDryRun(noun.command('move'))
    .description('change a subscriber’s address')
    .argument('<email>')
    .argument('<new>', 'the new address')
    .action(
      cli.action((deps, email: string, newEmail: string, { dryRun }: DryRun) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          await changeAddressByOperator(txDeps, { email, newEmail })
          return { json: { email: newEmail }, text: 'Moved.' }
        }),
      ),
    )
}
