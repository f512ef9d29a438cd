import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import { addDays, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault, textOf } from '../../core/errors.ts'
import { inTime } from '../../core/in-time.ts'
import { silentLog } from '../../core/log.ts'
import { openAsk } from '../../sources/ask-client.ts'
import { addressesIn } from '../../sources/registry.ts'
import type { Source } from '../../sources/source.ts'

/** Status of a request made now, what came instead of an answer, or for how long its gate is still held. */
export type SourceAnswer = number | string | { heldSeconds: number }

interface Asked {
  config: Config
  clock: Clock
  /** Rejects where the database does not answer. */
  deps: Promise<Deps>
  hasTables: Promise<boolean>
  timeoutMs: number
}

/** Asks a source as the service does, for as little as can be, and once. Never rejects. */
export async function askSource(patient: Asked, source: Source): Promise<SourceAnswer> {
  const { config, clock, timeoutMs } = patient
  const day = addDays(dayOf(clock.now()), -1)
  const { ask } = openAsk({
    db: source.manners.gapMs > 0 ? await gateOf(patient) : undefined,
    log: silentLog,
    source: source.name,
    day,
    manners: { ...source.manners, timeoutMs },
    contact: config.OPERATOR_EMAIL ?? config.BASE_URL,
    wait: sleep,
    once: { turnMs: timeoutMs / 2 },
  })
  const url = source.probe(addressesIn(config), day)
  return ask({ url, accept: '*/*' }, ({ status }) => status).catch(answerIn)
}

/** The database in which the gates stand; undefined where it does not say in time that they do. */
async function gateOf({ deps, hasTables, timeoutMs }: Asked) {
  return (await inTime(timeoutMs / 4, hasTables)) ? (await deps).db : undefined
}

function answerIn(error: unknown): SourceAnswer {
  if (!(error instanceof Fault)) return textOf(error)
  const { status, what, seconds } = error.values
  if (error.code === 'source.held') return { heldSeconds: Number(seconds) }
  return typeof status === 'number' ? status : String(what ?? error.message)
}
