import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { expect, test } from 'vitest'
import { errorsOn } from '../../support/page-text.ts'
import { get, useSite } from '../../support/site.ts'

const site = useSite()

test.each([
  ['/papers/trending/', '/papers/trending'],
  ['/papers/trending///', '/papers/trending'],
  ['/subscribe/?topic=mamba', '/subscribe?topic=mamba'],
  ['//example.org/', '/example.org'],
  ['/unknown/', '/unknown'],
  ['/search?q=world+models', '/papers?q=world+models'],
  ['/week', '/papers/week'],
])('`GET %s` redirects to %s', async (asked, path) => {
  const { statusCode, headers } = await get(site, asked)
  expect([statusCode, headers.location]).toEqual([301, path])
})

test('a backslash at the beginning does not lead to another site', async () => {
  const address = await site.app.listen({ port: 0, host: '127.0.0.1' })
  // As a program sends it: browsers and `inject` make it a slash.
  const asked = request(address, { path: '/\\example.org/' }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.resume()
  expect([response.statusCode, response.headers.location]).toEqual([301, '/example.org'])
})

test('a POST to an address with a slash at its end is not redirected', async () => {
  const { statusCode } = await site.app.inject({ method: 'POST', url: '/subscribe/' })
  expect(statusCode).toBe(404)
})

const READ = 'GET, HEAD, OPTIONS'
const READ_AND_SENT = 'GET, HEAD, POST, OPTIONS'

test.each([
  ['POST', '/', READ],
  ['PUT', '/papers/2507.06457', READ],
  ['DELETE', '/papers/date/2026-11-24?order=newest', READ],
  ['PATCH', '/subscribe', READ_AND_SENT],
  ['DELETE', '/unsubscribe/token', READ_AND_SENT],
  ['PUT', '/preview', READ_AND_SENT],
  ['PUT', '/api/subscriptions', 'POST, OPTIONS'],
] as const)('`%s %s` is refused with 405 and names the methods in Allow', async (method, url, allowed) => {
  const answer = await site.app.inject({ method, url })
  expect([answer.statusCode, answer.headers.allow]).toEqual([405, allowed])
  if (url.startsWith('/api/')) expect(answer.json()).toMatchObject({ error: 'request.method-not-allowed' })
  else expect(errorsOn(answer.body)).toContain('request.method-not-allowed')
})

test.each([
  ['/papers', READ],
  ['/subscribe', READ_AND_SENT],
])('`OPTIONS %s` names its methods without a body', async (url, allowed) => {
  const { statusCode, headers, body } = await site.app.inject({ method: 'OPTIONS', url })
  expect([statusCode, headers.allow, body]).toEqual([204, allowed, ''])
})

test.each(['GET', 'POST', 'OPTIONS'] as const)('`%s` of an unknown address is 404', async (method) => {
  const { statusCode, headers } = await site.app.inject({ method, url: '/no/such/page' })
  expect([statusCode, headers.allow]).toEqual([404, undefined])
})
