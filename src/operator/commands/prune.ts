import { recordAction } from '../../core/action.repo.ts'
import { countPrunable, type PruneCounts, prune } from '../prune.ts'
import { type AddCommands, table } from './command-line.ts'

export const addPruneCommand: AddCommands = (program, cli) => {
  program
    .command('prune')
    .description(
      'delete data older than KEEP_DAYS and sign-ups that were never confirmed; the service does this every night',
    )
    .option('--dry-run', 'show what would be deleted; changes nothing')
    .action(
      cli.action(async (deps, { dryRun = false }: { dryRun?: boolean }) => {
        const pruned = await (dryRun ? countPrunable(deps) : prune(deps))
        if (!dryRun) await recordAction(deps.db, { at: deps.clock.now(), door: 'command', verb: 'prune' })
        return { json: { ...pruned, dryRun }, text: textOf(pruned, dryRun) }
      }),
    )
}

const textOf = ({ before, ...counts }: PruneCounts, dryRun: boolean): string =>
  [
    dryRun ? 'Dry run, nothing was changed. This would be deleted:' : 'Deleted:',
    table([`before ${before}`, 'rows'], Object.entries(counts)),
    'The totals of each date are kept: digests status --date.',
  ].join('\n')
