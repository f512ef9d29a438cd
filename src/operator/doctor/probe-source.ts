import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import { type Clock, tryWithTimeout } from '../../core/clock.ts'
import { addDays, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText, Fault } from '../../core/errors.ts'
import { silentLog } from '../../core/log.ts'
import { createFetchClient } from '../../sources/fetch-client.ts'
import { baseUrlsIn } from '../../sources/registry.ts'
import type { Source } from '../../sources/source.ts'

/**
 * Status code of a request made now, the error if there was no response, or for how long its host throttle is still
 * held.
 */
export type SourceProbe = number | string | { heldSeconds: number }

interface ProbeContext {
  config: Config
  clock: Clock
  /** Rejects if the database does not respond. */
  deps: Promise<Deps>
  hasTables: Promise<boolean>
  timeoutMs: number
}

/** Sends one small request to a source, as the service does. Never rejects. */
export async function probeSource(context: ProbeContext, source: Source): Promise<SourceProbe> {
  const { config, clock, timeoutMs } = context
  const day = addDays(dayOf(clock.now()), -1)
  const { request } = createFetchClient({
    db: source.fetchPolicy.gapMs > 0 ? await gateOf(context) : undefined,
    log: silentLog,
    source: source.name,
    day,
    fetchPolicy: { ...source.fetchPolicy, timeoutMs },
    contact: config.OPERATOR_EMAIL ?? config.BASE_URL,
    wait: sleep,
    singleAttempt: { turnMs: timeoutMs / 2 },
  })
  const url = source.probe(baseUrlsIn(config), day)
  return request({ url, accept: '*/*' }, ({ status }) => status).catch(probeOfError)
}

/** The database with the host throttles; undefined if it does not confirm in time that it has them. */
async function gateOf({ deps, hasTables, timeoutMs }: ProbeContext) {
  return (await tryWithTimeout(timeoutMs / 4, hasTables)) ? (await deps).db : undefined
}

function probeOfError(error: unknown): SourceProbe {
  if (!(error instanceof Fault)) return errorText(error)
  const { status, what, seconds } = error.values
  if (error.code === 'source.held') return { heldSeconds: Number(seconds) }
  return typeof status === 'number' ? status : String(what ?? error.message)
}
