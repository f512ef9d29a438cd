import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../../../src/core/database/database.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { dateInWords } from '../../../../src/i18n/dates.ts'
import { buildServer } from '../../../../src/web/server.ts'
import {
  API_TOKEN,
  answerChecker,
  ask,
  documentOf,
  type Operation,
  operationsOf,
} from '../../../support/api.ts'
import { type ApiWorld, apiWorld, SAMPLES } from '../../../support/api-world.ts'
import { checksums } from '../../../support/checksums.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite({ API_TOKEN })
const ids = Object.keys(SAMPLES)
const VERBS = ids.filter((id) => SAMPLES[id]!.verb)
const OPERATORS = ids.filter(
  (id) => !['listPapers', 'showPaper', 'previewQuery', 'listSourceDays', 'subscribe'].includes(id),
)
const WITH_BODY = ids.filter((id) => SAMPLES[id]!.body)

async function operationOf(id: string): Promise<Operation> {
  return operationsOf(await documentOf(site.app)).find(({ operationId }) => operationId === id)!
}

const pathOf = ({ path, operationId }: Operation, world: ApiWorld): string => {
  const { id, query = '' } = SAMPLES[operationId]!
  return path.replace('{id}', () => id?.(world) ?? '') + query
}

/** The good request, with another body or other headers. */
async function send(id: string, { body = SAMPLES[id]!.body, app = site.app, headers, world }: Sending = {}) {
  const operation = await operationOf(id)
  const url = pathOf(operation, world ?? (await apiWorld(site)))
  const answer = await ask(app, operation.method, url, body, headers)
  const wrong = answerChecker(await documentOf(site.app))(operation, answer.statusCode, answer.body)
  return { answer, wrong, error: JSON.parse(answer.body).error as string | undefined }
}

interface Sending {
  body?: object
  app?: typeof site.app
  headers?: Record<string, string>
  world?: ApiWorld
}

test('each operation of the document has a sample here', async () => {
  const operations = operationsOf(await documentOf(site.app))
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(ids.toSorted())
  expect(
    operations
      .filter(({ security = [] }) => security.length > 0)
      .map(({ operationId }) => operationId)
      .sort(),
  ).toEqual(OPERATORS.toSorted())
})

test.each(ids)('%s gets a response of the document', async (id) => {
  const { answer, wrong } = await send(id)
  expect({ status: answer.statusCode, wrong, body: answer.body }).toMatchObject({
    status: SAMPLES[id]!.status ?? 200,
    wrong: '',
  })
  const isOpen = !OPERATORS.includes(id)
  expect(answer.headers['cache-control']).toMatch(isOpen ? /no-cache|max-age/ : /^no-store$/)
  expect(answer.headers['set-cookie']).toBe(undefined)
  expect(answer.headers['access-control-allow-origin']).toBe(undefined)
})

describe('an operation of the operator', () => {
  test.each(OPERATORS)(
    '%s is refused without the token and with a wrong one, and changes nothing',
    async (id) => {
      const world = await apiWorld(site)
      const before = await checksums(site.db)
      for (const authorization of [
        '',
        `Basic ${API_TOKEN}`,
        `Bearer ${API_TOKEN}x`,
        'Bearer',
        `bearer ${'a'.repeat(9000)}`,
      ]) {
        const { answer, wrong, error } = await send(id, { world, headers: { authorization } })
        expect({ status: answer.statusCode, error, wrong }).toEqual({
          status: 401,
          error: 'token.wrong',
          wrong: '',
        })
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="api"/)
        expect(answer.json()).not.toHaveProperty('sentence') // it would repeat the message
      }
      expect({ ...(await checksums(site.db)), bucket: '' }).toEqual({ ...before, bucket: '' })
    },
  )

  test.each(VERBS)(
    '%s changes nothing with dryRun; without it, it is logged and can be repeated',
    async (id) => {
      const world = await apiWorld(site)
      const { method } = await operationOf(id)
      const before = await checksums(site.db)
      const dry = method === 'DELETE' ? {} : { body: { ...SAMPLES[id]!.body, dryRun: true } }
      const tried = await sendDry(id, world, dry)
      expect({ wrong: tried.wrong, dryRun: JSON.parse(tried.answer.body).dryRun }).toEqual({
        wrong: '',
        dryRun: true,
      })
      expect(await checksums(site.db)).toEqual(before)
      const done = await send(id, { world })
      expect({ wrong: done.wrong, dryRun: JSON.parse(done.answer.body).dryRun }).toEqual({
        wrong: '',
        dryRun: false,
      })
      const { verb, via, detail } = await site.db.action.findFirstOrThrow()
      expect({ verb, via }).toEqual({ verb: SAMPLES[id]!.verb, via: 'api' })
      expect(detail).not.toContain('@')
      const { answer, wrong } = await send(id, { world })
      expect({ status: answer.statusCode, wrong }).toEqual({ status: AGAIN[id] ?? 200, wrong: '' })
    },
  )

  /** The status of a second request, if it differs. */
  const AGAIN: Record<string, number> = { eraseSubscriber: 404, removeTopic: 404, retryMessage: 409 }

  async function sendDry(id: string, world: ApiWorld, sending: Sending) {
    if (id !== 'eraseSubscriber') return send(id, { world, ...sending })
    const url = `/api/subscribers/${world.subscriberId}?dryRun=true`
    const answer = await ask(site.app, 'DELETE', url)
    return { answer, wrong: answer.statusCode === 200 ? '' : answer.body }
  }

  test('has errors with a message for the operator and a sentence for subscribers', async () => {
    const { answer } = await send('pauseSubscriber', { body: { until: '2026-11-24' } })
    expect(answer.json()).toMatchObject({
      error: 'setting.until',
      message: expect.stringContaining(dateInWords('2027-11-24')),
      sentence: expect.any(String),
    })
  })
})

describe('a failing operation gets a response of the document', () => {
  test.each(WITH_BODY)('%s: with an unknown field, naming the known ones', async (id) => {
    const { answer, wrong } = await send(id, { body: { ...SAMPLES[id]!.body, colour: 'red' } })
    const { error, fields } = answer.json()
    expect({ status: answer.statusCode, error, wrong }).toEqual({
      status: 422,
      error: 'request.unknown-field',
      wrong: '',
    })
    expect(fields[0].field).toBe('colour')
    for (const known of Object.keys(SAMPLES[id]!.body!)) expect(answer.json().message).toContain(known)
  })

  test.each(WITH_BODY)('%s: with a list, a form, broken JSON, too many bytes', async (id) => {
    const world = await apiWorld(site)
    const before = await checksums(site.db)
    const operation = await operationOf(id)
    const check = answerChecker(await documentOf(site.app))
    const bad: [status: number, type: string, payload: string][] = [
      [422, 'application/json', '[]'],
      [422, 'application/json', '"text"'],
      [400, 'application/json', '{"email":'],
      [400, 'application/json', '{"__proto__": {"a": 1}}'],
      [400, 'application/json', ''],
      [415, 'application/x-www-form-urlencoded', 'email=a%40b.example'],
      [415, 'text/plain', 'email'],
      [413, 'application/json', JSON.stringify({ email: 'x'.repeat(200_000) })],
    ]
    for (const [status, type, payload] of bad) {
      const answer = await site.app.inject({
        method: operation.method as 'POST',
        url: pathOf(operation, world),
        headers: { 'content-type': type, authorization: `Bearer ${API_TOKEN}` },
        payload,
      })
      const wrong = check(operation, answer.statusCode, answer.body)
      if (status === 415) expect(answer.json().error).toBe('request.not-json')
      expect({ payload: payload.slice(0, 20), status: answer.statusCode, wrong }).toEqual({
        payload: payload.slice(0, 20),
        status,
        wrong: '',
      })
    }
    expect(await checksums(site.db)).toEqual(before)
  })

  test.each(ids.filter((id) => SAMPLES[id]!.id))('%s: with an unknown id', async (id) => {
    await apiWorld(site)
    const operation = await operationOf(id)
    const check = answerChecker(await documentOf(site.app))
    for (const name of ['nobody', '%00', `${'x'.repeat(300)}`, '..%2F..%2Fetc', '%F0%9F%91%A9']) {
      const url = operation.path.replace('{id}', name)
      const answer = await ask(site.app, operation.method, url, SAMPLES[id]!.body)
      expect({
        name,
        status: answer.statusCode,
        wrong: check(operation, answer.statusCode, answer.body),
      }).toEqual({
        name,
        status: 404,
        wrong: '',
      })
    }
  })

  test.each([
    ['listPapers', '?limit=0', 'limit'],
    ['listPapers', '?limit=101', 'limit'],
    ['listPapers', '?date=2026-02-30', 'date'],
    ['listPapers', '?date=0000-01-01', 'date'],
    ['listPapers', '?q=(open', 'q'],
    ['listPapers', '?colour=red', 'colour'],
    ['listSourceDays', '?days=1e9', 'days'],
    ['listSubscribers', '?state=happy', 'state'],
    ['listMessages', '?state=gave_up', 'state'],
    ['listFigures', '?from=2026-11-24&to=2026-11-01', 'to'],
    ['listFigures', '?from=1926-11-24&to=2026-11-01', 'from'],
    ['showBooks', '?date=tomorrow', 'date'],
  ])('%s%s: 422 and the field', async (id, query, field) => {
    const operation = await operationOf(id)
    const answer = await ask(site.app, 'GET', `${operation.path}${query}`)
    const wrong = answerChecker(await documentOf(site.app))(operation, answer.statusCode, answer.body)
    expect({ status: answer.statusCode, field: answer.json().fields?.[0].field, wrong }).toEqual({
      status: 422,
      field,
      wrong: '',
    })
  })
})

describe('while the database is away', () => {
  let app: typeof site.app
  beforeAll(() => {
    const nowhere = openDatabase('postgresql://postgres@127.0.0.1:1/none', silentLog)
    app = buildServer({ ...site.deps, db: nowhere.db })
  })
  afterAll(() => app?.close())

  test.each(ids)('%s: 503', async (id) => {
    const world = { subscriberId: 'a', otherId: 'b', messageId: 'c' }
    const { answer, wrong, error } = await send(id, { app, world })
    expect({ status: answer.statusCode, error, wrong }).toEqual({
      status: 503,
      error: 'database.unreachable',
      wrong: '',
    })
    expect(answer.headers['retry-after']).toBe('30')
  })
})
