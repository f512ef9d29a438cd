import { Option } from 'commander'
import { deliveryReport, jsonOfReport } from '../flows/operator/delivery-report.ts'
import {
  type DeliveryStatus,
  type DeliverySwitch,
  deliveryStatus,
  deliverySwitch,
  pauseDelivery,
  resumeDelivery,
} from '../flows/operator/delivery-switch.ts'
import type { AfterRestore } from '../flows/operator/restore/after-restore.ts'
import { type AddCommands, minuteOf } from './command-line.ts'
import { textOfDelivery } from './delivery-text.ts'
import { change } from './subscriber-answers.ts'

interface PauseOptions {
  reason?: string
  restored?: boolean
  dryRun?: boolean
}

export const addDeliveryCommands: AddCommands = (program, line) => {
  const noun = program.command('delivery').description('whether mail goes out')
  noun
    .command('pause')
    .description('hand nothing over, in any process, until it is resumed')
    .option('--reason <reason>', 'why, for whoever looks next')
    .addOption(
      new Option(
        '--restored',
        'this database is a copy out of a backup that the service cannot tell: plan nothing either, until it is resumed as after a restore',
      ).conflicts('reason'),
    )
    .option('--dry-run', 'say what would happen, and change nothing')
    .action(
      line.action((deps, { dryRun, ...wish }: PauseOptions) =>
        change(deps, { dryRun }, async (tried) => {
          const changed = await pauseDelivery(tried, { ...wish, reason: wish.reason?.trim() || undefined })
          const now = await deliverySwitch(tried)
          const { reason, restored } = now
          const text = changed ? `Delivery is paused: ${reason}` : textOfNoPause(now)
          return { unchanged: !changed, json: { delivery: 'paused', reason, restored, changed }, text }
        }),
      ),
    )
  noun
    .command('resume')
    .description('hand mail over again; after a restore, end first what may have gone out since the backup')
    .option('--moved', 'after a restore: nothing was sent since the copy was made, so nothing is ended')
    .option('--dry-run', 'say what would happen, and change nothing')
    .action(
      line.action((deps, { dryRun, moved }: { dryRun?: boolean; moved?: boolean }) =>
        change(deps, { dryRun }, async (tried) => {
          const { wasPaused, afterRestore } = await resumeDelivery(tried, { moved })
          const off = tried.config.SENDING === 'off' ? ' Nothing goes out all the same: SENDING=off.' : ''
          const slowly = wasPaused ? textOfBeginning(await deliveryStatus(tried)) : ''
          const text = `${wasPaused ? 'Delivery resumed.' : 'Delivery was not paused.'}${off || slowly}`
          return {
            json: { delivery: 'on', wasPaused, afterRestore },
            text: afterRestore ? `${textOfGap(afterRestore)}\n${text}` : text,
          }
        }),
      ),
    )
  noun
    .command('status')
    .description('whether mail goes out, what waits, and whether somebody is there to hand it over')
    .action(
      line.action(async (deps) => {
        const report = await deliveryReport(deps)
        return { json: jsonOfReport(report), text: textOfDelivery({ ...report, now: deps.clock.now() }) }
      }),
    )
}

/** Fewer are out before anybody looks. */
const WORTH_A_WORD = 50

function textOfBeginning({ waiting }: DeliveryStatus): string {
  const messages = waiting.reduce((sum, { count }) => sum + count, 0)
  return messages > WORTH_A_WORD
    ? ` ${messages.toLocaleString('en')} messages wait: they begin with 10 a second, and twice as many each minute.`
    : ''
}

const textOfNoPause = ({ reason, restored, since }: DeliverySwitch): string =>
  restored
    ? `Nothing changed: this database was ${reason}, and nothing goes out before delivery resume.`
    : `Nothing changed: delivery was paused already, since ${since ? minuteOf(since) : ''} UTC: ${reason}`

const textOfGap = ({ skipped, uncertain, missed, paused }: AfterRestore): string =>
  [
    'After the restore or promotion:',
    `  ${skipped} messages were open in this copy and may have gone out since: skipped (restored)`,
    `  ${uncertain} more had been begun: uncertain`,
    `  ${missed} digests whose hour has come are recorded as missed, ${paused} as paused`,
    '  The next digests carry the papers of the missed ones.',
  ].join('\n')
