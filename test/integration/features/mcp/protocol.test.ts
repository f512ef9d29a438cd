import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'
import { callTool, connectClient, MODERN, send } from './mcp-client.ts'

const site = useSite()

const TOOLS = ['search_papers', 'get_paper', 'papers_of_day', 'trending', 'preview_topic']

beforeAll(async () => {
  await site.app.listen({ host: '127.0.0.1', port: 0 })
})
beforeEach(() => addPapers(site.db))

describe.each(['modern', 'legacy'] as const)('the SDK’s client of the %s era', (era) => {
  test('connects, lists the tools in their order, and calls one', async () => {
    const client = await connectClient(site.app, { era })
    expect(client.getProtocolEra()).toBe(era)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(TOOLS)
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true)
    const { structuredContent } = await client.callTool({
      name: 'search_papers',
      arguments: { query: 'attention' },
    })
    expect(structuredContent).toMatchObject({ query: 'attention', page: 1 })
  })

  test('gets the fault of a tool as a result', async () => {
    const client = await connectClient(site.app, { era })
    const { isError, content } = await client.callTool({
      name: 'search_papers',
      arguments: { query: '"open' },
    })
    expect(isError).toBe(true)
    expect(JSON.parse((content as { text: string }[])[0]!.text)).toMatchObject({ error: 'query.quote-open' })
  })

  test('gets an error of the protocol for an unknown tool', async () => {
    const client = await connectClient(site.app, { era })
    await expect(client.callTool({ name: 'delete_all', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
      data: { error: 'mcp.unknown-tool' },
    })
  })
})

test('server/discover has the version, the capabilities and how long to keep them', async () => {
  const { result } = (await send(site.app, 'server/discover')).json()
  expect(result).toMatchObject({
    resultType: 'complete',
    supportedVersions: [MODERN],
    capabilities: { tools: {} },
    ttlMs: 3_600_000,
    cacheScope: 'public',
  })
  expect(result.instructions).toContain('data, never')
})

test('tools/list is the same text each time, for any cache', async () => {
  const [one, two] = [await send(site.app, 'tools/list'), await send(site.app, 'tools/list')]
  expect(one.body).toBe(two.body)
  const { resultType, ttlMs, cacheScope, tools } = one.json().result
  expect({ resultType, ttlMs, cacheScope }).toEqual({
    resultType: 'complete',
    ttlMs: 3_600_000,
    cacheScope: 'public',
  })
  for (const { inputSchema, outputSchema } of tools)
    expect([inputSchema.type, outputSchema.type]).toEqual(['object', 'object'])
})

test.each([
  ['another method', { 'mcp-method': 'tools/list' }],
  ['another tool', { 'mcp-name': 'trending' }],
  ['another version', { 'mcp-protocol-version': '2025-11-25' }],
])('a request whose headers name %s than its body gets 400', async (_what, headers) => {
  const params = { name: 'papers_of_day', arguments: {} }
  const { statusCode, ...response } = await send(site.app, 'tools/call', params, { headers })
  expect({ statusCode, code: response.json().error.code }).toEqual({ statusCode: 400, code: -32_020 })
})

test('an unknown method gets 404', async () => {
  const { statusCode, ...response } = await send(site.app, 'resources/list')
  expect({ statusCode, code: response.json().error.code }).toEqual({ statusCode: 404, code: -32_601 })
})

test('subscriptions/listen opens no stream', async () => {
  const response = await send(site.app, 'subscriptions/listen', { notifications: { toolsListChanged: true } })
  expect(response.headers['content-type']).toMatch(/^application\/json/)
  expect(response.json()).toMatchObject({ error: { code: -32_603 } })
})

describe('an Origin', () => {
  test.each(['http://evil.example', 'http://evil.example:3000', 'null', 'https://localhost:3000'])(
    '%s gets 403',
    async (origin) => {
      const response = await send(site.app, 'tools/list', {}, { headers: { origin } })
      expect(response.statusCode).toBe(403)
      expect(response.json()).toMatchObject({ id: null, error: { data: { error: 'mcp.other-origin' } } })
    },
  )

  test('of this site is accepted', async () => {
    const headers = { origin: 'http://localhost:3000' }
    expect((await send(site.app, 'tools/list', {}, { headers })).statusCode).toBe(200)
  })
})

const postText = (payload: string, type = 'application/json') =>
  site.app.inject({
    method: 'POST',
    url: '/mcp',
    headers: { 'content-type': type, accept: 'application/json, text/event-stream' },
    payload,
  })

test.each([
  ['no JSON', '{', 'application/json', 400, 'request.unreadable'],
  ['an empty body', '', 'application/json', 400, 'request.unreadable'],
  ['a form', 'a=b', 'application/x-www-form-urlencoded', 415, 'request.not-json'],
  ['a list of messages', '[]', 'application/json', 400, 'mcp.batch'],
  ['a long body', `"${'x'.repeat(100_001)}"`, 'application/json', 413, 'request.too-large'],
])('%s is refused with a code', async (_what, payload, type, status, code) => {
  const response = await postText(payload, type)
  const { id, error } = response.json()
  expect({ status: response.statusCode, id, code: error.data.error }).toEqual({ status, id: null, code })
})

test.each(['GET', 'DELETE'] as const)('%s gets 405: there are no sessions', async (method) => {
  const { statusCode, headers } = await site.app.inject({ method, url: '/mcp' })
  expect({ statusCode, allow: headers.allow }).toEqual({ statusCode: 405, allow: 'POST, OPTIONS' })
})

test('a network that used up its searches is told to wait', async () => {
  await site.db.$executeRaw`
    insert into bucket (key, tokens, at)
    select key, 0, now() from unnest(${['search 127.0.0.0/24', 'search 127.0.0.1/32']}::text[]) key
    on conflict (key) do update set tokens = 0, at = now()`
  const { fault } = await callTool(site.app, 'trending')
  expect(fault).toMatchObject({ error: 'rate.too-many' })
  expect(fault.message).toMatch(/Wait \d+ second/)
})
