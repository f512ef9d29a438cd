import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import { describe, expect, test } from 'vitest'
import { API_TOKEN, answerChecker, ask, documentOf, operationsOf } from '../../../support/api.ts'
import { apiWorld, CANARY, OTHER, SAMPLES } from '../../../support/api-world.ts'
import { checksums } from '../../../support/checksums.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite({ API_TOKEN })

const RUNS = 400

const strange = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud800',
    '"(',
    'NOT a',
    'a@b',
    '2026-02-30',
    'Mars/Base',
    '-1',
    'x'.repeat(5000),
  ),
  fc.constantFrom(0, -1, Number.MAX_VALUE, 2 ** 53, 2 ** 31, 24, 0.5, null, true),
  fc.constantFrom(CANARY, OTHER, 'moved@reader.example', `${CANARY}\r\nBcc: ${OTHER}`),
)

const FIELDS = [...new Set(Object.values(SAMPLES).flatMap(({ body = {} }) => Object.keys(body)))]
const mutation = fc.record({
  operationId: fc.constantFrom(...Object.keys(SAMPLES)),
  changed: fc.dictionary(
    fc.constantFrom(...FIELDS, 'dryRun', 'format', 'zone', 'constructor', 'name'),
    strange,
    {
      maxKeys: 3,
    },
  ),
  query: fc.dictionary(
    fc.constantFrom('q', 'date', 'limit', 'cursor', 'state', 'days', 'from', 'to', 'x'),
    strange,
    {
      maxKeys: 2,
    },
  ),
  id: fc.option(fc.string({ unit: 'binary', maxLength: 60 })),
})

test(`${RUNS} mutated requests: no internal error, and every response is in the OpenAPI document`, async () => {
  let world = await apiWorld(site)
  const document = await documentOf(site.app)
  const check = answerChecker(document)
  const byId = new Map(operationsOf(document).map((operation) => [operation.operationId, operation]))
  const statuses = new Map<number, number>()
  const mutated = fc.asyncProperty(mutation, async ({ operationId, changed, query, id }) => {
    const operation = byId.get(operationId)!
    const sample = SAMPLES[operationId]!
    const name = id === null ? (sample.id?.(world) ?? '') : encodeURIComponent(id.toWellFormed()) || 'x'
    const texts = Object.entries(query).map(
      ([key, value]) => [key, String(value).toWellFormed()] as [string, string],
    )
    const search = texts.length > 0 ? `?${new URLSearchParams(texts)}` : (sample.query ?? '')
    const url = `${operation.path.replace('{id}', () => name)}${search}`
    const body = operation.method === 'GET' ? undefined : { ...sample.body, ...changed }
    const answer = await ask(site.app, operation.method, url, body)
    statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1)
    expect({ url, body, status: answer.statusCode, fine: answer.statusCode < 500 }).toMatchObject({
      fine: true,
    })
    expect({ url, body, wrong: check(operation, answer.statusCode, answer.body) }).toMatchObject({
      wrong: '',
    })
    if (operationId === 'eraseSubscriber' && answer.statusCode === 200) {
      await ask(site.app, 'POST', '/api/subscribers', { email: CANARY, consent: 'again' })
      const again = await site.db.subscriber.findFirst({ where: { address: CANARY } })
      world = { ...world, subscriberId: again?.id ?? world.otherId }
    }
  })
  await fc.assert(mutated, { numRuns: RUNS })
  // Enough of them were good, and enough were not.
  expect(statuses.get(200) ?? 0).toBeGreaterThan(RUNS / 10)
  expect(statuses.get(422) ?? 0).toBeGreaterThan(RUNS / 10)
}, 120_000)

describe('a body of 100 kB full of errors gets a short response', () => {
  const unknown = (start: object) =>
    ({ ...start, ...Object.fromEntries(Array.from({ length: 7000 }, (_, n) => [`f${n}`, 1])) }) as object
  const items = Array.from({ length: 7000 }, () => ({ x: 1 }))
  const cases: [what: string, method: string, url: string, body: object | undefined, known: string][] = [
    ['unknown fields of a sign-up', 'POST', '/api/subscriptions', unknown({ email: OTHER }), 'topic'],
    ['unknown fields of a preview', 'POST', '/api/preview', unknown({ query: 'a' }), 'others'],
    ['unknown fields of an addition', 'POST', '/api/subscribers', unknown({ email: OTHER }), 'consent'],
    [
      'topics of the wrong type in a sign-up',
      'POST',
      '/api/subscriptions',
      { email: OTHER, topic: items },
      '',
    ],
    ['topics of the wrong type in a preview', 'POST', '/api/preview', { query: 'a', others: items }, ''],
    [
      'topics of the wrong type in an addition',
      'POST',
      '/api/subscribers',
      { email: OTHER, topics: items },
      '',
    ],
    ['unreadable topics', 'POST', '/api/subscriptions', { email: OTHER, topic: manyQueries(20) }, ''],
    ['unknown fields of a query', 'GET', `/api/papers?${manyParameters(900)}`, undefined, 'cursor'],
  ]
  test.each(cases)('with %s', async (_what, method, url, body, known) => {
    const answer = await ask(site.app, method, url, body)
    expect(answer.statusCode).toBe(422)
    const { fields } = answer.json<{ fields: { message: string }[] }>()
    expect(fields.length).toBeLessThanOrEqual(10)
    expect(answer.body.length).toBeLessThan(4000)
    const naming = fields.filter(({ message }) => known !== '' && message.includes(known))
    expect(naming).toHaveLength(known === '' ? 0 : 1)
  })
})

const JSON_TYPE = 'application/json'
const LARGE = JSON.stringify({ x: 'x'.repeat(200_000) })

/** Requests that every operation refuses. */
const REFUSED: { what: string; id?: string; query?: string; headers?: object; payload?: string }[] = [
  { what: 'an id of 2,001 characters', id: 'x'.repeat(2001) },
  { what: 'an id of 16,000 characters', id: 'x'.repeat(16_000) },
  { what: 'an id that is not percent-encoded text', id: '%E0%A4%A' },
  { what: 'an unknown parameter', query: '?colour=red' },
  { what: 'another token', headers: { authorization: 'Bearer wrong' } },
  { what: 'broken JSON', headers: { 'content-type': JSON_TYPE }, payload: '{"x":' },
  { what: 'a body of 200 kB', headers: { 'content-type': JSON_TYPE }, payload: LARGE },
  { what: 'a list', headers: { 'content-type': JSON_TYPE }, payload: '[]' },
  { what: 'text', headers: { 'content-type': 'text/plain' }, payload: 'x' },
  { what: 'a type that is not one', headers: { 'content-type': '//' }, payload: 'x' },
]

test('each operation refuses with a status and a schema of the document', async () => {
  const document = await documentOf(site.app)
  const check = answerChecker(document)
  const wrong: string[] = []
  for (const operation of operationsOf(document)) {
    for (const { what, id = 'x', query = '', headers = {}, payload } of REFUSED) {
      const url = operation.path.replace('{id}', () => id) + query
      const authorization = `Bearer ${API_TOKEN}`
      const request = { method: operation.method, url, headers: { authorization, ...headers }, payload }
      const { statusCode, body } = await site.app.inject(request as InjectOptions)
      const found = check(operation, statusCode, body)
      if (found) wrong.push(`${operation.operationId}, ${what}: ${found}`)
    }
  }
  expect(wrong).toEqual([])
})

function manyQueries(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `colour:x${n}`)
}

function manyParameters(count: number): string {
  return Array.from({ length: count }, (_, n) => `p${n}=1`).join('&')
}

test('no address and no token is logged', async () => {
  const world = await apiWorld(site)
  for (const { operationId, method, path } of operationsOf(await documentOf(site.app))) {
    const { id, query = '', body } = SAMPLES[operationId]!
    const url = path.replace('{id}', () => id?.(world) ?? '') + query
    await ask(site.app, method, url, body)
    await ask(site.app, method, url, body, { authorization: `Bearer ${API_TOKEN}-wrong` })
  }
  await ask(site.app, 'GET', `/api/subscribers/${encodeURIComponent(CANARY)}`)
  expect(site.logged.filter((line) => line.includes('request.done')).length).toBeGreaterThan(50)
  expect(site.logged.filter((line) => /canary|@reader|%40/i.test(line) || line.includes(API_TOKEN))).toEqual(
    [],
  )
  const actions = JSON.stringify(await site.db.action.findMany())
  expect(actions).not.toMatch(/canary|@/)
})

test('wrong tokens of a network are counted over all processes; the correct one still works', async () => {
  await apiWorld(site)
  const before = await checksums(site.db)
  const asks = (remoteAddress: string, token: string) =>
    site.app.inject({ url: '/api/delivery', remoteAddress, headers: { authorization: `Bearer ${token}` } })
  const statuses: number[] = []
  for (let n = 0; n < 25; n++) statuses.push((await asks('203.0.113.7', 'guess')).statusCode)
  expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401))
  expect(statuses.slice(21)).toEqual(Array(4).fill(429))
  const refused = await asks('203.0.113.7', 'guess')
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(refused.json().error).toBe('rate.too-many')
  expect((await asks('203.0.113.7', API_TOKEN)).statusCode).toBe(200)
  expect((await asks('198.51.100.1', 'guess')).statusCode).toBe(401)
  expect({ ...(await checksums(site.db)), bucket: '' }).toEqual({ ...before, bucket: '' })
})
