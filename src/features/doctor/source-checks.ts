import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import type { Database } from '../../core/database/database.ts'
import { addDays, type Day, dayOf } from '../../core/dates.ts'
import { errorText, Fault } from '../../core/errors.ts'
import { silentLog } from '../../core/log.ts'
import { type CheckResult, ok, warning, wrong } from '../../operator/health/feature-check.ts'
import { quantity } from '../../operator/operations/text-table.ts'
import { createFetchClient } from '../../sources/fetch-client.ts'
import { baseUrlsIn, fetchPolicyOf, keyFor, type NamedSource, requireSource } from '../../sources/registry.ts'
import { type CheckDefinition, skipped } from './check.ts'

export interface SourceContext {
  config: Config
  clock: Clock
  /** With the tables of host throttles; without it, requests are made at once. */
  db: Database | undefined
  timeoutMs: number
}

/** One check per source. Sections with the same address to probe share one request. */
export function sourceChecks(sources: readonly string[]): CheckDefinition<SourceContext>[] {
  const responses = new Map<string, Promise<CheckResult>>()
  return sources.map((name) => {
    const named = requireSource(name)
    const { source } = named
    const check = (context: SourceContext) => {
      const url = probeUrl(context, named)
      const response = responses.get(url) ?? probeSource(context, named, url)
      responses.set(url, response)
      return response
    }
    return { name, settings: ['SOURCES', ...Object.keys(source.baseUrls)], check }
  })
}

const yesterday = (clock: Clock): Day => addDays(dayOf(clock.now()), -1)

const probeUrl = ({ config, clock }: SourceContext, { source, section }: NamedSource): string =>
  source.probe(baseUrlsIn(config), yesterday(clock), section)

/** Sends one small request to a source, as the service does. */
function probeSource(
  { config, clock, db, timeoutMs }: SourceContext,
  named: NamedSource,
  url: string,
): Promise<CheckResult> {
  const fetchPolicy = fetchPolicyOf(named)
  const { request } = createFetchClient({
    db: fetchPolicy.gapMs > 0 ? db : undefined,
    log: silentLog,
    source: named.source.name,
    day: yesterday(clock),
    fetchPolicy: { ...fetchPolicy, timeoutMs },
    contact: config.OPERATOR_EMAIL ?? config.BASE_URL,
    key: keyFor(named.source, config),
    wait: sleep,
    singleAttempt: { turnMs: timeoutMs / 2 },
  })
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
    ? skipped(`rate limited for ${quantity(Math.ceil(Number(seconds) / 60), 'minute')} more`)
    : skipped('another process is fetching from it now')
}
