import { describe, expect, test } from 'vitest'
import { errorsOn } from '../../../support/page-text.ts'
import { NOW } from '../../../support/site.ts'
import { claimsOf, type Lies, unsigned, withPayload } from './false-provider.ts'
import { type Begun, begin, CALLBACK, comeBack, operatorOf, sessionOf } from './oidc-flow.ts'
import { CLIENT } from './real-provider.ts'
import { useFalseProvider } from './use-false-provider.ts'

const { site, provider, logIn, withNewSite, expectRefused } = await useFalseProvider()

const seconds = () => Math.floor(Date.now() / 1000)
const changed = (claims: Record<string, unknown>): Lies => ({ claims: (right) => ({ ...right, ...claims }) })
const publicKey = () => provider.key.publicKey.export({ type: 'spki', format: 'pem' }).toString()

test('a login without any attack succeeds', async () => {
  expect((await operatorOf(site, await logIn()).get('/admin')).statusCode).toBe(200)
})

describe('the callback refuses a response', () => {
  const rows: [string, (begun: Begun) => [cookie: string, to: URL] | Promise<[string, URL]>][] = [
    ['with another state', ({ cookie, url }) => [cookie, provider.agree(url, { state: 'x'.repeat(43) })]],
    ['without a state', ({ cookie, url }) => [cookie, provider.agree(url, { state: null })]],
    ['without a code', ({ cookie, url }) => [cookie, provider.agree(url, { code: null })]],
    ['to a browser that began no login', ({ url }) => ['', provider.agree(url)]],
    [
      'with the code of an attacker, in the browser of a victim that began a login',
      async ({ cookie }) => [cookie, provider.agree((await begin(site)).url)],
    ],
    [
      'with the code of an attacker and the state of the victim',
      async ({ cookie, url }) => [
        cookie,
        provider.agree((await begin(site)).url, { state: url.searchParams.get('state')! }),
      ],
    ],
    [
      'from another provider (mix-up)',
      ({ cookie, url }) => [cookie, provider.agree(url, { iss: 'https://evil.example' })],
    ],
    [
      'without the issuer, which this provider always sends',
      ({ cookie, url }) => [cookie, provider.agree(url, { iss: null })],
    ],
    [
      'with two codes',
      ({ cookie, url }) => {
        const to = provider.agree(url)
        to.searchParams.append('code', 'second')
        return [cookie, to]
      },
    ],
    [
      'with a login cookie of the attacker’s making',
      ({ cookie, url }) => [
        `${cookie.split('=')[0]}=${Buffer.from(JSON.stringify({ state: 'x' })).toString('base64url')}`,
        provider.agree(url),
      ],
    ],
  ]
  test.each(rows)('%s', async (_what, attack) => {
    const [cookie, to] = await attack(await begin(site))
    await expectRefused(await comeBack(site, cookie, to))
  })

  test('with a code that was used', async () => {
    const { cookie, url } = await begin(site)
    const to = provider.agree(url)
    const first = await comeBack(site, cookie, to)
    expect(sessionOf(first)).toBeDefined()
    expect([first.headers['set-cookie']].flat().join()).toContain('admin-login=;')
    await site.db.adminSession.deleteMany()
    await expectRefused(await comeBack(site, cookie, to))
  })

  test('that comes after more than ten minutes', async () => {
    const { cookie, url } = await begin(site)
    site.clock.moveTo(new Date(NOW.getTime() + 10 * 60_000))
    await expectRefused(await comeBack(site, cookie, provider.agree(url)))
  })

  test('whose redirect URI was changed on the way', async () => {
    const { cookie, url } = await begin(site)
    url.searchParams.set('redirect_uri', `${CALLBACK}/../callback?x`)
    await expectRefused(await comeBack(site, cookie, provider.agree(url)))
  })
})

describe('the callback refuses an ID token', () => {
  const rows: [string, Lies][] = [
    ['with another nonce', changed({ nonce: 'x'.repeat(43) })],
    ['without a nonce', changed({ nonce: undefined })],
    [
      'whose claims were changed',
      { token: (valid) => withPayload(valid, { ...claimsOf(valid), sub: 'eve' }) },
    ],
    ['that is not signed (alg none)', { token: (valid) => unsigned(claimsOf(valid)) }],
    [
      'signed with the public key as a secret (HS256)',
      {
        token: (valid) => provider.authenticated(claimsOf(valid), publicKey()),
      },
    ],
    [
      'signed with the client secret (HS256)',
      {
        token: (valid) => provider.authenticated(claimsOf(valid), CLIENT.secret),
      },
    ],
    [
      'signed with another key',
      {
        token: (valid) => provider.signed(claimsOf(valid), { key: provider.otherKey.privateKey }),
      },
    ],
    [
      'signed with a key that it brings',
      {
        token: (valid) =>
          provider.signed(claimsOf(valid), {
            key: provider.otherKey.privateKey,
            header: {
              jwk: provider.otherKey.publicKey.export({ format: 'jwk' }),
              jku: `${provider.issuer}/evil`,
            },
          }),
      },
    ],
    [
      'with a critical header that nobody knows',
      {
        token: (valid) => provider.signed(claimsOf(valid), { header: { crit: ['evil'], evil: 1 } }),
      },
    ],
    ['of another issuer', changed({ iss: 'https://evil.example' })],
    ['for another client', changed({ aud: 'other' })],
    ['for several clients, made for another', changed({ aud: [CLIENT.id, 'other'], azp: 'other' })],
    ['that has expired', changed({ iat: seconds() - 600, exp: seconds() - 300 })],
    ['that does not expire', changed({ exp: undefined })],
    ['from the future', changed({ iat: seconds() + 600, exp: seconds() + 900 })],
    ['from last week', changed({ iat: seconds() - 7 * 86_400 })],
    ['that is not valid yet', changed({ nbf: seconds() + 600 })],
    ['without a subject', changed({ sub: undefined })],
    ['that is missing', { token: () => undefined }],
  ]
  test.each(rows)('%s', async (_what, lies) => expectRefused(await logIn(lies)))

  test('that is no token', async () =>
    expectRefused(await logIn({ token: () => 'a.b.c' }), 'oidc.unavailable'))

  test('with the claims of another subject in the user info', async () => {
    Object.assign(provider.person, { groups: undefined })
    await expectRefused(await logIn({ userInfo: { sub: 'eve', groups: ['operators'] } }))
  })
})

describe('a person is refused', () => {
  const rows: [string, unknown, string][] = [
    ['without groups', undefined, 'oidc.no-groups'],
    ['whose groups are one text', 'operators', 'oidc.no-groups'],
    ['whose groups are an object', { operators: true }, 'oidc.no-groups'],
    ['whose groups are null', null, 'oidc.no-groups'],
    ['whose groups are numbers', [1, 'operators'], 'oidc.no-groups'],
    ['in a group within a list', [['operators']], 'oidc.no-groups'],
    ['in another group', ['staff'], 'oidc.other-group'],
    ['in no group', [], 'oidc.other-group'],
    ['in a group whose name begins the same', ['operators-of-another', 'operator'], 'oidc.other-group'],
    ['in a group of another case', ['Operators', 'VIEWERS'], 'oidc.other-group'],
    ['in a group with a blank', ['operators ', ' viewers'], 'oidc.other-group'],
  ]
  test.each(rows)('%s', async (_what, groups, code) => {
    provider.person.groups = groups
    await expectRefused(await logIn(), code)
  })

  test('who only looks and posts a change, with a token of the session', async () => {
    provider.person.groups = ['viewers']
    const admin = operatorOf(site, await logIn())
    const answer = await admin.post('/admin/delivery', { do: 'pause', reason: 'x' })
    expect([answer.statusCode, errorsOn(answer.body)]).toEqual([403, ['admin.read-only']])
    expect(await site.db.action.count()).toBe(0)
  })
})

describe('a login', () => {
  test('gets a new session, whatever cookie was planted before', async () => {
    const planted = sessionOf(await logIn())!
    await site.db.adminSession.deleteMany()
    const { cookie, url } = await begin(site)
    const answer = await comeBack(site, `${cookie}; ${planted}`, provider.agree(url))
    expect(sessionOf(answer)).not.toBe(planted)
    expect((await site.app.inject({ url: '/admin', headers: { cookie: planted } })).statusCode).toBe(303)
  })

  test.each([
    'https://evil.example',
    '//evil.example/admin',
    '/\\evil.example',
    '/admin/../..//evil.example',
  ])('leads to the overview instead of %s', async (to) => {
    const { cookie, url } = await begin(site, `?${new URLSearchParams({ to })}`)
    const answer = await comeBack(site, cookie, provider.agree(url))
    expect(answer.headers.refresh).toBe('0; url=/admin')
    expect(answer.body).not.toContain('evil.example')
  })

  test('goes to the callback of BASE_URL, whatever the Host of the request', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }
    const start = await site.app.inject({ url: '/admin/oidc/start', headers })
    const url = new URL(String(start.headers.location))
    expect(url.searchParams.get('redirect_uri')).toBe(CALLBACK)
    const cookie = String(start.headers['set-cookie']).split(';')[0]!
    expect(sessionOf(await comeBack(site, cookie, provider.agree(url), headers))).toBeDefined()
  })

  test('shows nothing of what the provider says about an error', async () => {
    const { cookie, url } = await begin(site)
    const to = provider.agree(url, {
      code: null,
      error: 'server_error',
      error_description: '<script>alert(1)</script> ask eve@evil.example',
      error_uri: 'https://evil.example',
    })
    site.logged.length = 0
    const answer = await comeBack(site, cookie, to)
    await expectRefused(answer)
    expect(answer.body + site.logged.join('')).not.toMatch(/<script>|&lt;script|alert\(|evil/)
  })

  test('that the person cancels says so', async () => {
    const { cookie, url } = await begin(site)
    const to = provider.agree(url, { code: null, error: 'access_denied' })
    await expectRefused(await comeBack(site, cookie, to), 'oidc.cancelled')
  })

  test('sets cookies that are for this host only, behind https', () =>
    withNewSite(
      async (fresh) => {
        const headers = { 'x-forwarded-proto': 'https' }
        const start = await fresh.app.inject({
          url: '/admin/oidc/start',
          headers,
          remoteAddress: '127.0.0.1',
        })
        const [cookie = ''] = [start.headers['set-cookie'] ?? ''].flat()
        expect(cookie).toMatch(
          /^__Host-admin-login=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
        )
        expect(String(start.headers.location)).toContain(
          encodeURIComponent('https://papers.example.org/admin/'),
        )
      },
      { BASE_URL: 'https://papers.example.org', TRUST_PROXY: '127.0.0.1' },
    ))

  test('is limited for each network: 429', async () => {
    const tries = Array.from({ length: 40 }, () => site.app.inject({ url: '/admin/oidc/start' }))
    const codes = (await Promise.all(tries)).map(({ statusCode }) => statusCode)
    expect(codes.filter((code) => code === 303)).toHaveLength(30)
    expect(codes.filter((code) => code === 429)).toHaveLength(10)
  })
})
