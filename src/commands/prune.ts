import { type Pruned, prunable, prune } from '../flows/operator/prune.ts'
import { recordAction } from '../platform/action-store.ts'
import { type AddCommands, table } from './command-line.ts'

export const addPruneCommand: AddCommands = (program, line) => {
  program
    .command('prune')
    .description(
      'take away what is older than KEEP_DAYS, and who never confirmed; the service does it every night',
    )
    .option('--dry-run', 'say what would go, and change nothing')
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
    dryRun ? 'Dry run, nothing was changed. It would take away:' : 'Taken away:',
    table([`before ${before}`, 'rows'], Object.entries(counts)),
    'The books of each date are kept: digests status --date.',
  ].join('\n')
