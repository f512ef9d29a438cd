import { recordAction } from '../../core/action.repo.ts'
import { type PruneCounts, prune } from '../prune.ts'
import { operation } from './operation.ts'
import { table } from './text-table.ts'

const pruneOld = operation({
  name: 'prune',
  summary:
    'delete data older than KEEP_DAYS and sign-ups that were never confirmed; the service does this every night',
  effect: 'change',
  ownTransactions: true,
  run: async (deps, _input, { dryRun }) => {
    const pruned = await prune(deps, { dryRun })
    if (!dryRun) await recordAction(deps.db, { at: deps.clock.now(), via: 'command', verb: 'prune' })
    return pruned
  },
  output: (pruned, _input, _deps, { dryRun }) => ({
    json: { ...pruned, dryRun },
    text: textOf(pruned, dryRun),
  }),
  command: { dryRun: 'show what would be deleted; changes nothing' },
})

export const PRUNE_OPERATIONS = [pruneOld]

const textOf = ({ before, ...counts }: PruneCounts, dryRun: boolean): string =>
  [
    dryRun ? 'Dry run, nothing was changed. This would be deleted:' : 'Deleted:',
    table([`before ${before}`, 'rows'], Object.entries(counts)),
    'The totals of each date are kept: digests status --date.',
  ].join('\n')
