import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Config, readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import { type SourceContext, sourceChecks } from '../../../src/operator/doctor/source-checks.ts'
import { arxiv } from '../../../src/sources/arxiv/arxiv.ts'
import { acquireHost, releaseHost } from '../../../src/sources/host-throttle.repo.ts'
import { DEFAULT_BASE_URLS, SOURCES } from '../../../src/sources/registry.ts'
import type { Source } from '../../../src/sources/source.ts'
import { useDatabase } from '../../support/database.ts'

let asked: string[] = []
let status = 200
let addresses: Record<string, string>
const server = createServer((request, response) => {
  asked.push(`${request.url} ${request.headers['user-agent']}`)
  response.writeHead(status).end()
})

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  addresses = Object.fromEntries(Object.keys(DEFAULT_BASE_URLS).map((name) => [name, url]))
})
afterAll(() => void server.close())
beforeEach(() => {
  asked = []
  status = 200
})

/** The checks of these sources, on a machine without a database. */
function about(...sources: string[]) {
  const config: Config = { ...readConfig(addresses), SOURCES: sources }
  const context = {
    config,
    clock: stoppedClock(new Date('2026-11-24T12:00:00Z')),
    hasTables: Promise.resolve(false),
    timeoutMs: 5000,
  } as unknown as SourceContext
  return sourceChecks(context)
}

const sources: readonly Source[] = SOURCES
const nameOf = ({ name, sections }: Source) => (sections ? `${name}:${sections.example}` : name)

test.each(sources.map((source) => [nameOf(source), source] as const))(
  '%s is asked where its own settings say',
  async (name, source) => {
    const [question] = about(name)
    expect(question?.settings).toEqual(['SOURCES', ...Object.keys(source.baseUrls)])
    expect(await question?.run()).toMatchObject({ state: 'ok' })
    expect(asked).toEqual([expect.stringContaining(' daily-papers (http')])
    status = 503
    expect(await about(name)[0]?.run()).toMatchObject({ state: 'wrong' })
  },
)

test('the request to Hugging Face is for the day before', async () => {
  await about('huggingface')[0]?.run()
  expect(asked[0]).toMatch(/^\/api\/daily_papers\?date=2026-11-23&limit=1 /)
})

test('sections of one source share one request', async () => {
  const both = about('huggingface', 'huggingface')
  expect(both).toHaveLength(2)
  expect(await Promise.all(both.map(({ run }) => run()))).toMatchObject([{ state: 'ok' }, { state: 'ok' }])
  expect(asked).toHaveLength(1)
})

describe('a source that requires a gap', () => {
  const database = useDatabase()
  const SERVICE = arxiv.fetchPolicy.service
  const NAME = 'arxiv:cs.CL'
  const hold = (holdMs: number) => acquireHost(database.db, { service: SERVICE, holder: 'another', holdMs })

  /** With a database that has its tables. */
  const ask = async (timeoutMs = 5000) => {
    const config: Config = { ...readConfig(addresses), SOURCES: [NAME] }
    const clock = stoppedClock(new Date('2026-11-24T12:00:00Z'))
    const deps = { config, clock, log: silentLog, db: database.db, databaseUrl: database.url }
    const hasTables = Promise.resolve(true)
    const context = { config, clock, deps: Promise.resolve(deps), hasTables, timeoutMs }
    return sourceChecks(context)[0]!.run()
  }

  beforeEach(() => database.db.hostThrottle.deleteMany())

  test('is requested through its host throttle, which rests for the gap afterwards', async () => {
    expect(await ask()).toMatchObject({ state: 'ok', found: expect.stringContaining('answers') })
    expect(asked).toHaveLength(1)
    expect(await database.db.hostThrottle.findMany()).toMatchObject([{ key: SERVICE, holder: null }])
    expect(await hold(1)).toBeGreaterThan(arxiv.fetchPolicy.gapMs - 1000)
  })

  test('is skipped while another process fetches from it, which is fine', async () => {
    await hold(60_000)
    expect(await ask(400)).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('not checked: another process is fetching from it now'),
      fix: null,
    })
    expect(asked).toEqual([])
    expect(await database.db.hostThrottle.findMany()).toMatchObject([{ holder: 'another' }])
  })

  test('is skipped during its retry-after period', async () => {
    await hold(3_600_000)
    expect(await ask(400)).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('not checked: rate limited for 60 minutes more'),
    })
  })

  test('is waited for a moment', async () => {
    await hold(60_000)
    const leaving = sleep(150).then(() =>
      releaseHost(database.db, { service: SERVICE, holder: 'another', restMs: 0 }),
    )
    expect(await ask()).toMatchObject({ state: 'ok', found: expect.stringContaining('answers') })
    await leaving
    expect(asked).toHaveLength(1)
  })

  test('says how long its retry-after period is, and is left alone for it', async () => {
    status = 429
    expect(await ask()).toMatchObject({ state: 'warning', found: expect.stringContaining('429') })
    expect(asked).toHaveLength(1)
    expect(await hold(1)).toBeGreaterThan(60_000)
  })
})

test('a redirect to another host is not followed', async () => {
  status = 302
  expect(await about('huggingface')[0]?.run()).toMatchObject({
    state: 'wrong',
    found: expect.stringContaining('returns 302'),
  })
})
