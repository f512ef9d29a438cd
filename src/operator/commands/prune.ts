import { recordAction } from '../../core/action.repo.ts'
import { type Pruned, prunable, prune } from '../prune.ts'
import { type AddCommands, table } from './command-line.ts'

export const addPruneCommand: AddCommands = (program, line) => {
  program
    .command('prune')
    .description(
      'delete data older than KEEP_DAYS and sign-ups that were never confirmed; the service does this every night',
    )
    .option('--dry-run', 'show what would be deleted; changes nothing')
    .action(
      line.action(async (deps, { dryRun = false }: { dryRun?: boolean }) => {
        const pruned = await (dryRun ? prunable(deps) : prune(deps))
        if (!dryRun) await recordAction(deps.db, { at: deps.clock.now(), door: 'command', verb: 'prune' })
        return { json: { ...pruned, dryRun }, text: textOf(pruned, dryRun) }
      }),
    )
}

const textOf = ({ before, ...counts }: Pruned, dryRun: boolean): string =>
  [
    dryRun ? 'Dry run, nothing was changed. This would be deleted:' : 'Deleted:',
    table([`before ${before}`, 'rows'], Object.entries(counts)),
    'The totals of each date are kept: digests status --date.',
  ].join('\n')
