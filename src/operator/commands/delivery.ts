import { Option } from 'commander'
import { deliveryReport, jsonOfDeliveryReport } from '../delivery-report.ts'
import {
  type DeliverySummary,
  type DeliverySwitch,
  deliverySummary,
  deliverySwitch,
  pauseDelivery,
  resumeDelivery,
} from '../delivery-switch.ts'
import type { RestoreOutcome } from '../restore/settle-after-restore.ts'
import { type AddCommands, formatMinute } from './command-line.ts'
import { textOfDelivery } from './delivery-text.ts'
import { runCommandChange } from './subscriber-output.ts'

interface PauseOptions {
  reason?: string
  restored?: boolean
  dryRun?: boolean
}

export const addDeliveryCommands: AddCommands = (program, cli) => {
  const noun = program.command('delivery').description('pause, resume and check sending')
  noun
    .command('pause')
    .description('stop sending in every process until resumed')
    .option('--reason <reason>', 'the reason, shown in the status')
    .addOption(
      new Option(
        '--restored',
        'also stop planning: for a database restored from a backup that the service did not detect',
      ).conflicts('reason'),
    )
    .option('--dry-run', 'show what would happen; changes nothing')
    .action(
      cli.action((deps, { dryRun, ...pauseOptions }: PauseOptions) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          const changed = await pauseDelivery(txDeps, {
            ...pauseOptions,
            reason: pauseOptions.reason?.trim() || undefined,
          })
          const now = await deliverySwitch(txDeps)
          const { reason, restored } = now
          const text = changed ? `Delivery is paused: ${reason}` : textOfNoPause(now)
          return { unchanged: !changed, json: { delivery: 'paused', reason, restored, changed }, text }
        }),
      ),
    )
  noun
    .command('resume')
    .description('resume sending; after a restore, first end what may have been sent since the backup')
    .option('--moved', 'after a restore: nothing was sent since the backup was made, so end nothing')
    .option('--dry-run', 'show what would happen; changes nothing')
    .action(
      cli.action((deps, { dryRun, moved }: { dryRun?: boolean; moved?: boolean }) =>
        runCommandChange(deps, { dryRun }, async (txDeps) => {
          const { wasPaused, afterRestore } = await resumeDelivery(txDeps, { moved })
          const off = txDeps.config.SENDING === 'off' ? ' Nothing is sent yet: SENDING=off.' : ''
          const slowly = wasPaused ? textOfSlowStart(await deliverySummary(txDeps)) : ''
          const text = `${wasPaused ? 'Delivery resumed.' : 'Delivery was not paused.'}${off || slowly}`
          return {
            json: { delivery: 'on', wasPaused, afterRestore },
            text: afterRestore ? `${textOfRestore(afterRestore)}\n${text}` : text,
          }
        }),
      ),
    )
  noun
    .command('status')
    .description('whether emails are being sent, what is queued, and whether workers are running')
    .action(
      cli.action(async (deps) => {
        const report = await deliveryReport(deps)
        return {
          json: jsonOfDeliveryReport(report),
          text: textOfDelivery({ ...report, now: deps.clock.now() }),
        }
      }),
    )
}

/** A smaller number is sent before anyone looks. */
const MANY_QUEUED = 50

function textOfSlowStart({ waiting }: DeliverySummary): string {
  const messages = waiting.reduce((sum, { count }) => sum + count, 0)
  return messages > MANY_QUEUED
    ? ` ${messages.toLocaleString('en')} messages are queued: sending starts at 10 a second and doubles every minute.`
    : ''
}

const textOfNoPause = ({ reason, restored, since }: DeliverySwitch): string =>
  restored
    ? `No change: this database was ${reason}. Nothing is sent until delivery resume.`
    : `No change: delivery has been paused since ${since ? formatMinute(since) : ''} UTC: ${reason}`

const textOfRestore = ({ skipped, uncertain, missed, paused }: RestoreOutcome): string =>
  [
    'After the restore or promotion:',
    `  Open messages that may have been sent since the backup: ${skipped} skipped (restored)`,
    `  Open messages whose sending had started: ${uncertain} uncertain`,
    `  Digests whose hour has passed: ${missed} recorded as missed, ${paused} as paused`,
    '  The next digests include the papers of the missed ones.',
  ].join('\n')
