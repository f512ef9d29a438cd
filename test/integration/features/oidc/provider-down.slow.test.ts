import { afterAll, describe, expect, test } from 'vitest'
import { monotonicMs } from '../../../../src/core/clock.ts'
import { FalseProvider, type Lies } from './false-provider.ts'
import { begin, comeBack } from './oidc-flow.ts'
import { useFalseProvider } from './use-false-provider.ts'

const { provider, logIn, withNewSite, expectRefused } = await useFalseProvider()
const other = await new FalseProvider().start()
afterAll(() => other.close())

describe('a provider that does not respond as it should', () => {
  const hang = () => {}
  const drip: NonNullable<Lies['at']>['/token'] = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 200)
    response.on('close', () => clearInterval(timer))
  }
  const status =
    (code: number, headers = {}): NonNullable<NonNullable<Lies['at']>['/token']> =>
    (_request, response) =>
      void response.writeHead(code, headers).end('<h1>down</h1>')
  const json =
    (body: object): NonNullable<NonNullable<Lies['at']>['/token']> =>
    (_request, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))

  const METADATA = '/.well-known/openid-configuration'
  const unknown: [string, Lies][] = [
    ['never sends its metadata', { at: { [METADATA]: hang } }],
    ['sends its metadata byte by byte', { at: { [METADATA]: drip } }],
    ['has an error page for its metadata', { at: { [METADATA]: status(502) } }],
    [
      'has metadata of another issuer',
      {
        at: {
          [METADATA]: (request, response) =>
            json({ ...provider.metadata(), issuer: other.issuer })(request, response),
        },
      },
    ],
    [
      'has metadata without a token endpoint',
      {
        at: {
          [METADATA]: (request, response) =>
            json({ ...provider.metadata(), token_endpoint: undefined })(request, response),
        },
      },
    ],
    [
      'leads to another provider for its metadata',
      {
        at: { [METADATA]: status(302, { location: `${other.issuer}${METADATA}` }) },
      },
    ],
  ]
  test.each(unknown)(
    'and %s is reported on the login page within seconds, and tried again at the next login',
    (_what, lies) =>
      withNewSite(async (fresh) => {
        provider.lies = lies
        const began = monotonicMs()
        await expectRefused(await fresh.app.inject({ url: '/admin/oidc/start' }), 'oidc.unavailable')
        expect(monotonicMs() - began).toBeLessThan(15_000)
        provider.lies = {}
        expect((await begin(fresh)).url.origin).toBe(provider.issuer)
      }),
  )

  const late: [string, Lies][] = [
    ['never sends the token', { at: { '/token': hang } }],
    ['sends the token byte by byte', { at: { '/token': drip } }],
    ['fails at the token', { at: { '/token': status(500) } }],
    [
      'redirects the request for the token',
      { at: { '/token': status(307, { location: 'http://127.0.0.1:9/' }) } },
    ],
    [
      'fails at the user info',
      { at: { '/userinfo': status(500) }, claims: ({ groups: _, ...others }) => others },
    ],
  ]
  test.each(late)('and %s is reported on the login page', async (_what, lies) =>
    expectRefused(await logIn(lies), 'oidc.unavailable'),
  )

  test('and has stopped is reported on the login page, and so is one without keys', async () => {
    const gone = await new FalseProvider().start()
    await gone.close()
    await withNewSite(
      async (fresh) =>
        expectRefused(await fresh.app.inject({ url: '/admin/oidc/start' }), 'oidc.unavailable'),
      { OIDC_ISSUER: gone.issuer },
    )
    await withNewSite(async (fresh) => {
      const { cookie, url } = await begin(fresh)
      provider.lies = { at: { '/jwks': status(500) } }
      await expectRefused(await comeBack(fresh, cookie, provider.agree(url)), 'oidc.unavailable')
    })
  })
})
