import { LANES, type Lane, type MessageState } from '../delivery/message.ts'
import type { LaneCount } from '../delivery/message-list-store.ts'
import type { AfterRestore } from '../flows/operator/after-restore.ts'
import { deliveryStatus, pauseDelivery, resumeDelivery } from '../flows/operator/delivery-switch.ts'
import { type AddCommands, table } from './command-line.ts'
import { change } from './subscriber-answers.ts'

const WAITING = ['ready', 'taken', 'deferred', 'uncertain'] as const satisfies MessageState[]

export const addDeliveryCommands: AddCommands = (program, line) => {
  const noun = program.command('delivery').description('whether mail goes out')
  noun
    .command('pause')
    .description('hand nothing over, in any process, until it is resumed')
    .option('--reason <reason>', 'why, for whoever looks next', 'paused by the operator')
    .option('--dry-run', 'say what would happen, and change nothing')
    .action(
      line.action((deps, { reason, dryRun }: { reason: string; dryRun?: boolean }) =>
        change(deps, { dryRun }, async (tried) => {
          await pauseDelivery(tried, { reason })
          return { json: { delivery: 'paused', reason }, text: `Delivery is paused: ${reason}` }
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
          const text = wasPaused ? 'Delivery goes on.' : 'Delivery was not paused.'
          return {
            json: { delivery: 'on', wasPaused, afterRestore },
            text: afterRestore ? `${textOfGap(afterRestore)}\n${text}` : text,
          }
        }),
      ),
    )
  noun
    .command('status')
    .description('whether delivery is paused, and what waits')
    .action(
      line.action(async (deps) => {
        const { delivery, reason, since, waiting } = await deliveryStatus(deps)
        const at = since?.toISOString() ?? null
        return {
          json: { delivery, reason, since: at, lanes: byLane(waiting) },
          text: [
            delivery === 'paused' ? `Paused since ${at}: ${reason}` : `Delivery is ${delivery}.`,
            ...(reason === 'restored' ? [RESTORED] : []),
            textOf(waiting),
          ].join('\n'),
        }
      }),
    )
}

const RESTORED = `This database was restored from a backup. Nothing is planned or handed over until you say so:
  delivery resume --dry-run    what ends then: open messages of the backup, and dates whose hour has come
  delivery resume              end it, and go on with the next hour
  delivery resume --moved      nothing was sent since the copy was made: end nothing`

const textOfGap = ({ skipped, uncertain, missed, paused }: AfterRestore): string =>
  [
    'After the restore:',
    `  ${skipped} messages were open in the backup and may have gone out since: skipped (restored)`,
    `  ${uncertain} more had been begun: uncertain`,
    `  ${missed} digests whose hour has come are recorded as missed, ${paused} as paused`,
    '  The next digests carry the papers of the missed ones.',
  ].join('\n')

const countOf = (counts: LaneCount[], lane: Lane, state: MessageState): number =>
  counts.find((one) => one.lane === lane && one.state === state)?.count ?? 0

const byLane = (counts: LaneCount[]): object =>
  Object.fromEntries(
    LANES.map((lane) => [
      lane,
      Object.fromEntries(WAITING.map((state) => [state, countOf(counts, lane, state)])),
    ]),
  )

const textOf = (counts: LaneCount[]): string =>
  table(
    ['lane', ...WAITING],
    LANES.map((lane) => [lane, ...WAITING.map((state) => countOf(counts, lane, state))]),
  )
