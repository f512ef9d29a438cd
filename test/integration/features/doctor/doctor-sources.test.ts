import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Config, readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import { sourceChecks } from '../../../../src/features/doctor/source-checks.ts'
import { endLease } from '../../../../src/limits/permits.repo.ts'
import { arxiv } from '../../../../src/sources/arxiv/arxiv.ts'
import { DEFAULT_BASE_URLS, SOURCES } from '../../../../src/sources/registry.ts'
import type { Source } from '../../../../src/sources/source.ts'
import { useDatabase } from '../../../support/database.ts'
import { takeSourcePermit } from '../../../support/source-permits.ts'

const NOW = new Date('2026-11-24T12:00:00Z')
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
  const context = { config, clock: stoppedClock(NOW), db: undefined, timeoutMs: 5000 }
  return sourceChecks(sources).map(({ settings, check }) => ({ settings, run: () => check(context) }))
}

const sources: readonly Source[] = SOURCES
const nameOf = ({ name, sections }: Source) => (sections ? `${name}:${sections.example}` : name)

const withSettings = sources.filter(({ baseUrls }) => Object.keys(baseUrls).length > 0)

test.each(withSettings.map((source) => [nameOf(source), source] as const))(
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

test('a feed is asked at its own address', async () => {
  const name = `rss:${addresses.HF_URL}/feed#Journal`
  expect(await about(name)[0]?.run()).toMatchObject({ state: 'ok' })
  expect(asked).toEqual([expect.stringMatching(/^\/feed daily-papers \(http/)])
  status = 503
  expect(await about(name)[0]?.run()).toMatchObject({ state: 'wrong' })
})

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
  const PERMIT = `source ${arxiv.fetchPolicy.service}`
  const NAME = 'arxiv:cs.CL'
  const hold = (holdMs: number) =>
    takeSourcePermit(database.db, arxiv.fetchPolicy.service, { holder: 'another', holdMs })

  /** With a database that has its tables. */
  const ask = async (timeoutMs = 5000) => {
    const config: Config = { ...readConfig(addresses), SOURCES: [NAME] }
    const context = { config, clock: stoppedClock(NOW), db: database.db, timeoutMs }
    return sourceChecks([NAME])[0]!.check(context)
  }

  beforeEach(() => database.db.bucket.deleteMany())

  test('is requested through its host throttle, which rests for the gap afterwards', async () => {
    expect(await ask()).toMatchObject({ state: 'ok', found: expect.stringContaining('answers') })
    expect(asked).toHaveLength(1)
    expect(await database.db.bucket.findMany()).toMatchObject([{ key: PERMIT, holder: null }])
    expect(await hold(1)).toBeGreaterThan(arxiv.fetchPolicy.gapMs - 1000)
  })

  test('is skipped while another process fetches from it, which is fine', async () => {
    await hold(60_000)
    expect(await ask(400)).toMatchObject({
      state: 'skipped',
      found: expect.stringContaining('another process is fetching from it now'),
      fix: null,
    })
    expect(asked).toEqual([])
    expect(await database.db.bucket.findMany()).toMatchObject([{ holder: 'another' }])
  })

  test('is skipped during its retry-after period', async () => {
    await hold(3_600_000)
    expect(await ask(400)).toMatchObject({
      state: 'skipped',
      found: expect.stringContaining('rate limited for 60 minutes more'),
    })
  })

  test('is waited for a moment', async () => {
    await hold(60_000)
    const leaving = sleep(150).then(() =>
      endLease(database.db, PERMIT, { holder: 'another', restSeconds: 0 }),
    )
    expect(await ask()).toMatchObject({ state: 'ok', found: expect.stringContaining('answers') })
    await leaving
    expect(asked).toHaveLength(1)
  })

  test('reports its Retry-After, and is not fetched until then', async () => {
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
