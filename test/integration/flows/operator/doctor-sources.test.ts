import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Config, readConfig } from '../../../../src/config.ts'
import { type Patient, questions } from '../../../../src/flows/operator/doctor/questions.ts'
import { stoppedClock } from '../../../../src/platform/clock.ts'
import { SOURCE_ADDRESSES, SOURCES } from '../../../../src/sources/registry.ts'
import type { Source } from '../../../../src/sources/source.ts'

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
  addresses = Object.fromEntries(Object.keys(SOURCE_ADDRESSES).map((name) => [name, url]))
})
afterAll(() => void server.close())
beforeEach(() => {
  asked = []
  status = 200
})

/** The questions about those sources, of a machine without a database. */
function about(...sources: string[]) {
  const config: Config = { ...readConfig(addresses), SOURCES: sources }
  const patient = {
    config,
    clock: stoppedClock(new Date('2026-11-24T12:00:00Z')),
    hasTables: Promise.resolve(false),
    timeoutMs: 5000,
  } as unknown as Patient
  return questions(patient).filter(({ check }) => sources.includes(check))
}

const sources: readonly Source[] = SOURCES
const nameOf = ({ name, sections }: Source) => (sections ? `${name}:${sections.example}` : name)

test.each(sources.map((source) => [nameOf(source), source] as const))(
  '%s is asked where its own settings say',
  async (name, source) => {
    const [question] = about(name)
    expect(question?.settings).toEqual(['SOURCES', ...Object.keys(source.addresses)])
    expect(await question?.ask()).toMatchObject({ state: 'ok' })
    expect(asked).toEqual([expect.stringContaining(' daily-papers (http')])
    status = 503
    expect(await about(name)[0]?.ask()).toMatchObject({ state: 'wrong' })
  },
)

test('Hugging Face is asked for the day before', async () => {
  await about('huggingface')[0]?.ask()
  expect(asked[0]).toMatch(/^\/api\/daily_papers\?date=2026-11-23&limit=1 /)
})

test('sections of one source ask it once', async () => {
  const both = about('huggingface', 'huggingface')
  expect(both).toHaveLength(2)
  expect(await Promise.all(both.map(({ ask }) => ask()))).toMatchObject([{ state: 'ok' }, { state: 'ok' }])
  expect(asked).toHaveLength(1)
})
