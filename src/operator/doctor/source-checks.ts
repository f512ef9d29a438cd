import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import { cliCommand } from '../../core/cli-command.ts'
import { type Clock, tryWithTimeout } from '../../core/clock.ts'
import { addDays, dayOf, HOUR_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText, Fault } from '../../core/errors.ts'
import { silentLog } from '../../core/log.ts'
import { createFetchClient } from '../../sources/fetch-client.ts'
import { baseUrlsIn, requireSource } from '../../sources/registry.ts'
import type { Source } from '../../sources/source.ts'
import { quantity } from '../operations/text-table.ts'
import { type SourceStatus, sourceStatus } from '../source-status.ts'
import { type CheckDefinition, type CheckResult, combineResults, ok, warning, wrong } from './check.ts'

const SOURCE_DAYS = 2

export interface SourceContext {
  config: Config
  clock: Clock
  /** Rejects if the database does not respond. */
  deps: Promise<Deps>
  hasTables: Promise<boolean>
  timeoutMs: number
}

/** One check per source. The sections of one source share one service, which gets one request. */
export function sourceChecks(context: SourceContext): CheckDefinition[] {
  const { config, clock, deps, hasTables } = context
  const responses = new Map<Source, Promise<CheckResult>>()
  return config.SOURCES.map((name) => {
    const { source } = requireSource(name)
    const run = async () => {
      const response = responses.get(source) ?? probeSource(context, source)
      responses.set(source, response)
      const known = (await hasTables) ? await sourceStatus(await deps, { days: SOURCE_DAYS }) : []
      const status = known.find((one) => one.source === name)
      return checkSource(await response, status, clock.now())
    }
    return { name, settings: ['SOURCES', ...Object.keys(source.baseUrls)], run }
  })
}

const STALE_AFTER_HOURS = 36

/** `status` is undefined if the database does not respond. */
export function checkSource(
  response: CheckResult,
  status: Pick<SourceStatus, 'newestFetch' | 'days'> | undefined,
  now: Date,
): CheckResult {
  const hours = status?.newestFetch ? Math.floor((now.getTime() - status.newestFetch.getTime()) / HOUR_MS) : 0
  const fault = status?.days[0]?.lastFault
  const since = status?.newestFetch
    ? `last successful fetch ${quantity(hours, 'hour')} ago`
    : 'never fetched yet'
  return combineResults(status ? since : 'the database cannot say when it was last fetched', [
    response,
    hours > STALE_AFTER_HOURS &&
      warning('no papers arrive', `${cliCommand('sources status')}, and check the log.`),
    fault ? warning(`the last fetch failed (${fault})`, cliCommand('sources status')) : undefined,
  ])
}

/** Sends one small request to a source, as the service does. */
async function probeSource(
  { config, clock, deps, hasTables, timeoutMs }: SourceContext,
  source: Source,
): Promise<CheckResult> {
  const day = addDays(dayOf(clock.now()), -1)
  // The host throttles are in the database. Without it, or if it does not respond in time, the request is made at once.
  const isThrottled = source.fetchPolicy.gapMs > 0 && (await tryWithTimeout(timeoutMs / 4, hasTables))
  const { request } = createFetchClient({
    db: isThrottled ? (await deps).db : undefined,
    log: silentLog,
    source: source.name,
    day,
    fetchPolicy: { ...source.fetchPolicy, timeoutMs },
    contact: config.OPERATOR_EMAIL ?? config.BASE_URL,
    wait: sleep,
    singleAttempt: { turnMs: timeoutMs / 2 },
  })
  const url = source.probe(baseUrlsIn(config), day)
  return request({ url, accept: '*/*' }, ({ status }) => checkResponse(status)).catch(checkFault)
}

/** `response`: a status, or why there is none. */
export function checkResponse(response: number | string): CheckResult {
  if (response === 200) return ok('answers')
  if (response === 429) return warning('rate limited (429)', 'Nothing to do: it is retried later.')
  return wrong(
    typeof response === 'number' ? `returns ${response}` : `does not respond: ${response}`,
    'Allow this machine to reach it on port 443; for a proxy, set HTTPS_PROXY and NODE_USE_ENV_PROXY=1.',
  )
}

/** Longer than any request, which holds the host throttle until it ends. */
const LONG_HELD_SECONDS = 300

function checkFault(error: unknown): CheckResult {
  if (!(error instanceof Fault)) return checkResponse(errorText(error))
  const { status, what, seconds } = error.values
  if (error.code !== 'source.held')
    return checkResponse(typeof status === 'number' ? status : String(what ?? error.message))
  return Number(seconds) > LONG_HELD_SECONDS
    ? ok(`not checked: rate limited for ${quantity(Math.ceil(Number(seconds) / 60), 'minute')} more`)
    : ok('not checked: another process is fetching from it now')
}
