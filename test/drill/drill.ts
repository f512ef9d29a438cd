// Drills of faults that take minutes and need root: npm run drill -- failover

import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { optionsOrExit } from '../../scripts/options-or-exit.ts'
import { errorText } from '../../src/core/errors.ts'
import { dataFolder } from '../support/data-folder.ts'
import { readArguments, USAGE } from './arguments.ts'
import { drillFailover } from './failover.ts'
import { openNetwork } from './network.ts'
import { whyNoDrill } from './requirements.ts'
import { breaches, isRowOk, type Row, tableOf } from './table.ts'
import type { Variant } from './variants.ts'

const MAX_DURATION_MS = 290_000
/** What may end this process before a drill is over. */
const ENDINGS = ['SIGINT', 'SIGTERM', 'uncaughtException']

/** Runs one drill on a network and in a folder of its own, which are removed whatever happens. */
async function run(variant: Variant, seed: number, allLogs: string): Promise<Row> {
  const folder = mkdtempSync(join(dataFolder(), 'daily-papers-drill-'))
  chmodSync(folder, 0o755)
  const network = openNetwork()
  let removing: Promise<void> | undefined
  // Once, although the launcher repeats signals, and one may come while a drill ends by itself.
  const removed = () => {
    removing ??= network.remove().finally(() => rmSync(folder, { recursive: true, force: true }))
    return removing
  }
  const interrupted = (cause: unknown) => {
    if (cause instanceof Error) console.error(cause)
    void removed().finally(() => process.exit(130))
  }
  for (const event of ENDINGS) process.on(event, interrupted)
  const begun = performance.now()
  const say = (text: string) =>
    console.error(`${variant.name}, ${Math.round((performance.now() - begun) / 1000)} s: ${text}`)
  const limit = Promise.withResolvers<never>()
  const timer = setTimeout(() => limit.reject(new Error('it took longer than five minutes')), MAX_DURATION_MS)
  const logs = join(allLogs, `${variant.name}-${seed}`)
  mkdirSync(logs)
  const drill = drillFailover(network, { variant, seed, folder, logs, say })
  drill.catch(() => {}) // after the limit, nothing awaits it
  try {
    return { variant, seed, result: await Promise.race([drill, limit.promise]) }
  } catch (error) {
    return { variant, seed, error: errorText(error) }
  } finally {
    clearTimeout(timer)
    await removed()
    for (const event of ENDINGS) process.off(event, interrupted)
  }
}

const { variants, seeds } = optionsOrExit(readArguments, USAGE)
const missing = whyNoDrill()
if (missing) {
  console.log(`Skipped: ${missing}`)
  process.exit(0)
}
const logs = mkdtempSync(join(tmpdir(), 'daily-papers-drill-logs-'))
const rows: Row[] = []
for (const seed of seeds) for (const variant of variants) rows.push(await run(variant, seed, logs))
console.log(tableOf(rows))
for (const { variant, seed, result, error } of rows) {
  const wrong = error ? [error] : breaches(result!)
  const label = variant.isExpectedToFail && result ? 'as expected' : 'FAILED'
  if (wrong.length > 0) console.log(`${label}: ${variant.name}, seed ${seed}: ${wrong.join('; ')}`)
}
console.log(`Logs: ${logs}`)
process.exit(rows.every(isRowOk) ? 0 : 1)
