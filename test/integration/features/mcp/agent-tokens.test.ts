import { expect, test } from 'vitest'
import { eraseSubscriber } from '../../../../src/account/erase-subscriber.ts'
import { exportSubscriber } from '../../../../src/account/export-account.ts'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { words } from '../../../../src/i18n/words.ts'
import { pathOf } from '../../../support/mailed-links.ts'
import { get, NOW, post, textOf, useSite } from '../../../support/site.ts'
import { callTool, send } from './mcp-client.ts'
import { EMAIL, makeToken, subscriberWithDigest, tokenIn, tokenRows } from './own-world.ts'

const site = useSite()

const statusOf = async (token: string) => (await send(site.app, 'tools/list', {}, { token })).statusCode

test('a token is shown until it is used, and only its hash is stored', async () => {
  const path = await subscriberWithDigest(site)
  const { statusCode, made, body, token } = await makeToken(site, path)
  expect([statusCode, made.startsWith(`${path}/agents/`)]).toEqual([303, true])
  expect(textOf(body)).toContain('Authorization: Bearer')
  expect(made).not.toContain(token)
  const [row] = await tokenRows(site)
  expect(row).toMatchObject({ name: 'Claude', lastUsed: null, createdAt: NOW })
  expect(JSON.stringify(row)).not.toContain(token)
  expect(tokenIn((await get(site, made)).body)).toBe(token)
  expect(await statusOf(token)).toBe(200)
  const again = await get(site, made)
  expect([again.statusCode, tokenIn(again.body)]).toEqual([200, ''])
  expect(again.headers['cache-control']).toBe('no-store')
})

test('a token that was not used is shown for ten minutes, and only to its owner', async () => {
  const path = await subscriberWithDigest(site)
  const { made } = await makeToken(site, path)
  await addSubscriber(site.deps, { email: 'bob@example.com', topics: ['robots'], consent: 'on paper' })
  const other = await pathOf(site, 'manage', 'bob@example.com')
  expect(tokenIn((await get(site, made.replace(path, other))).body)).toBe('')
  site.clock.moveTo(new Date(NOW.getTime() + 10 * 60_000))
  expect(tokenIn((await get(site, made)).body)).toBe('')
})

test('the manage page lists tokens with the day of their last use, and revokes one at once', async () => {
  const path = await subscriberWithDigest(site)
  const { token } = await makeToken(site, path, '  Claude\n <b>  ')
  const { token: other } = await makeToken(site, path, '')
  expect(textOf((await get(site, path)).body)).toContain(words.mcp.tokens.unused)
  await callTool(site.app, 'my_digest', {}, { token })
  const { body } = await get(site, path)
  expect(body).toContain('Claude &lt;b&gt;')
  expect(textOf(body)).toContain('24 Nov 2026')
  const [first, second] = await tokenRows(site)
  expect(second!.name).toBe(words.mcp.tokens.unnamed)
  const revoked = await post(site, `${path}/agents/revoke`, { id: first!.id })
  expect([revoked.statusCode, revoked.headers.location]).toEqual([303, `${path}#agents`])
  expect([await statusOf(token), await statusOf(other)]).toEqual([401, 200])
})

test('a wrong, a revoked and a malformed token get 401 with a sentence and WWW-Authenticate', async () => {
  for (const token of ['x', `dpat_${'a'.repeat(43)}`, 'dpat_é', 'a'.repeat(5000)]) {
    const { statusCode, headers, body } = await send(site.app, 'tools/list', {}, { token })
    expect({ statusCode, asks: headers['www-authenticate'] }).toEqual({
      statusCode: 401,
      asks: 'Bearer realm="mcp", error="invalid_token"',
    })
    expect(JSON.parse(body)).toMatchObject({
      jsonrpc: '2.0',
      error: { data: { error: 'mcp.wrong-token' } },
    })
    expect(body).not.toContain(token)
  }
})

test('another kind of Authorization, as a proxy sends it, is no token', async () => {
  const { statusCode } = await send(site.app, 'tools/list', {}, { headers: { authorization: 'Basic YTpi' } })
  expect(statusCode).toBe(200)
})

const codeOf = (html: string) => /data-code="([^"]+)"/.exec(html)?.[1]

test('a subscriber has up to five tokens', async () => {
  const path = await subscriberWithDigest(site)
  for (let i = 0; i < 5; i++) expect((await makeToken(site, path)).statusCode).toBe(303)
  const refused = await post(site, `${path}/agents`, { name: 'sixth' })
  expect([refused.statusCode, await site.db.agentToken.count()]).toEqual([409, 5])
  expect(codeOf(refused.body)).toBe('mcp.too-many-tokens')
  expect((await get(site, path)).body).not.toContain('id="agent-name"')
})

test('tokens end with the subscription, and with a new address', async () => {
  const path = await subscriberWithDigest(site)
  const { token } = await makeToken(site, path)
  await site.db.subscriber.updateMany({ data: { state: 'unsubscribed' } })
  expect(await statusOf(token)).toBe(401)
  await site.db.subscriber.updateMany({ data: { state: 'active' } })
  expect(await statusOf(token)).toBe(200)
  await site.db.subscriber.updateMany({ data: { epoch: { increment: 1 } } })
  expect(await statusOf(token)).toBe(401)
  await makeToken(site, await pathOf(site, 'manage', EMAIL))
  expect(await site.db.agentToken.count()).toBe(1)
})

test('a link makes and revokes only tokens of its owner, and a GET changes nothing', async () => {
  const path = await subscriberWithDigest(site)
  const { token } = await makeToken(site, path)
  await addSubscriber(site.deps, { email: 'bob@example.com', topics: ['robots'], consent: 'on paper' })
  const other = await pathOf(site, 'manage', 'bob@example.com')
  const [row] = await tokenRows(site)
  for (const id of [row!.id, '', 'x', '-1', '99999999999'])
    expect((await post(site, `${other}/agents/revoke`, { id })).statusCode).toBe(303)
  expect((await post(site, '/manage/nonsense/agents', {})).statusCode).toBe(404)
  expect((await get(site, `${path}/agents`)).statusCode).toBe(405)
  await get(site, `${path}/agents/revoke?id=${row!.id}`)
  expect([await site.db.agentToken.count(), await statusOf(token)]).toEqual([1, 200])
})

test('requests with a token have a limit of their own, and those of its network stay', async () => {
  const path = await subscriberWithDigest(site)
  const { token } = await makeToken(site, path)
  expect(await statusOf(token)).toBe(200)
  await site.db.$executeRaw`update bucket set tokens = 0, at = now() where key like 'mcp-calls %'`
  const { statusCode, headers, body } = await send(site.app, 'tools/list', {}, { token })
  expect([statusCode, JSON.parse(body).error.data.error]).toEqual([429, 'rate.too-many'])
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  await site.db.bucket.deleteMany()
  await callTool(site.app, 'search_papers', { query: 'attention' }, { token })
  expect(await site.db.bucket.count({ where: { key: { startsWith: 'search ' } } })).toBe(0)
})

test('no log line has a token', async () => {
  const path = await subscriberWithDigest(site)
  const { token, made } = await makeToken(site, path)
  await callTool(site.app, 'my_digest', {}, { token })
  await callTool(site.app, 'why', { id: token }, { token })
  await send(site.app, 'tools/call', { name: token }, { token })
  const wrong = `dpat_${'b'.repeat(43)}`
  await send(site.app, 'tools/list', {}, { token: wrong })
  const all = site.logged.join('\n')
  expect(all).toContain('agent token made')
  for (const secret of [token, wrong, made.split('/').at(-1)!, path.split('/')[2]!])
    expect(all).not.toContain(secret)
})

test('tokens are in the export without their hashes, and go with the subscriber', async () => {
  const path = await subscriberWithDigest(site)
  const { token } = await makeToken(site, path)
  await statusOf(token)
  const copy = await exportSubscriber(site.deps, { email: EMAIL })
  expect(copy).toMatchObject({ agentTokens: [{ name: 'Claude', createdAt: NOW, lastUsed: '2026-11-24' }] })
  expect(JSON.stringify(copy)).not.toContain((await tokenRows(site))[0]!.hash)
  await eraseSubscriber(site.deps, { email: EMAIL })
  expect([await site.db.agentToken.count(), await statusOf(token)]).toEqual([0, 401])
})
