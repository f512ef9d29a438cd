import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { recentActions } from '../../../../src/core/action.repo.ts'
import { checkProvider } from '../../../../src/features/oidc/check-provider.ts'
import { oidc } from '../../../../src/features/oidc/index.ts'
import { words } from '../../../../src/i18n/words.ts'
import { PASSWORD, postLogin } from '../../../support/admin.ts'
import { errorsOn } from '../../../support/page-text.ts'
import { get, NOW, useSite } from '../../../support/site.ts'
import { begin, CALLBACK, comeBack, operatorOf, sessionOf, settingsFor } from './oidc-flow.ts'
import { CLIENT, logInAt, OTHER_CLIENT, startProvider } from './real-provider.ts'

const provider = await startProvider([CALLBACK])
const site = useSite(settingsFor(provider.issuer, CLIENT))
afterAll(() => provider.close())
beforeEach(() => {
  provider.people.clear()
  provider.people.set('ada', { name: 'Ada Operator', groups: ['staff', 'operators'] })
  provider.people.set('vera', { name: 'Vera Viewer', groups: ['viewers'] })
  provider.people.set('eve', { name: 'Eve', groups: ['staff'] })
})

async function logIn(person: string, query = '') {
  const { cookie, url } = await begin(site, query)
  return comeBack(site, cookie, await logInAt(provider, url.href, person))
}

describe('a login at a real provider', () => {
  test('opens the admin pages for a person of the group that may change something, by name', async () => {
    const answer = await logIn('ada')
    expect([answer.statusCode, answer.headers.refresh]).toEqual([200, '0; url=/admin'])
    const admin = operatorOf(site, answer)
    expect((await admin.get('/admin')).body).toContain('Ada Operator')
    expect((await admin.post('/admin/delivery', { do: 'pause', reason: 'x' })).statusCode).toBe(303)
    expect(await recentActions(site.db, { limit: 1 })).toMatchObject([
      { verb: 'delivery pause', by: 'Ada Operator' },
    ])
  })

  test('lets a person of the other group look, and refuses a change', async () => {
    const admin = operatorOf(site, await logIn('vera'))
    expect((await admin.get('/admin/subscribers')).statusCode).toBe(200)
    const answer = await admin.post('/admin/delivery', { do: 'pause', reason: 'x' })
    expect([answer.statusCode, errorsOn(answer.body)]).toEqual([403, ['admin.read-only']])
    expect(await site.db.action.count()).toBe(0)
  })

  test('refuses a person of neither group', async () => {
    const answer = await logIn('eve')
    expect([answer.statusCode, errorsOn(answer.body), sessionOf(answer)]).toEqual([
      403,
      ['oidc.other-group'],
      undefined,
    ])
    expect(await site.db.adminSession.count()).toBe(0)
  })

  test('leads back to the page that was asked for', async () => {
    const { headers } = await logIn('ada', '?to=%2Fadmin%2Fbounces%3Fdays%3D30')
    expect(headers.refresh).toBe('0; url=/admin/bounces?days=30')
  })

  test('asks with PKCE, state and nonce, each new, and never for the address', async () => {
    const [one, other] = [await begin(site), await begin(site)]
    const asked = Object.fromEntries(one.url.searchParams)
    expect(asked).toEqual({
      client_id: CLIENT.id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid profile groups',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    })
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(other.url.searchParams.get(name)).not.toBe(asked[name])
  })

  test('ends after an hour, so that a person who left the group is out by then', async () => {
    const admin = operatorOf(site, await logIn('ada'))
    provider.people.set('ada', { name: 'Ada Operator', groups: [] })
    for (const minutes of [29, 58]) {
      site.clock.moveTo(new Date(NOW.getTime() + minutes * 60_000))
      expect((await admin.get('/admin')).statusCode).toBe(200)
    }
    site.clock.moveTo(new Date(NOW.getTime() + 60 * 60_000))
    expect((await admin.get('/admin')).headers.location).toBe('/admin/login')
    expect(errorsOn((await logIn('ada')).body)).toEqual(['oidc.other-group'])
  })

  test('logs neither name nor address nor code nor token', async () => {
    provider.people.set('ada', { name: 'Ada Operator', email: 'ada@lab.example', groups: ['operators'] })
    site.logged.length = 0
    await logIn('ada')
    await logIn('eve')
    const lines = site.logged.join('')
    expect(lines).toMatch(/admin\.logged-in[\s\S]*admin\.refused/)
    expect(lines).not.toMatch(/Ada|lab\.example|code=|state=|eyJ/)
    expect(JSON.stringify(await site.db.adminSession.findMany())).not.toMatch(/lab\.example|eyJ/)
  })
})

describe('the log-out button', () => {
  test('ends our session, and then leads to the page that ends the session of the provider', async () => {
    const admin = operatorOf(site, await logIn('ada'))
    const out = await admin.post('/admin/logout')
    expect(out.headers.location).toBe('/admin/oidc/leave')
    expect(await site.db.adminSession.count()).toBe(0)
    const { headers } = await admin.get('/admin/oidc/leave')
    const url = new URL(String(headers.refresh).replace('0; url=', ''))
    expect(url.origin).toBe(provider.issuer)
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe('http://localhost:3000/admin/login')
    const page = await fetch(url)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('/session/end/confirm')])
  })
})

describe('the login page', () => {
  test('has only the button of the provider without ADMIN_PASSWORD, and no password opens the pages', async () => {
    const { body, headers } = await get(site, '/admin/login')
    expect(body).toContain('href="/admin/oidc/start?to=%2Fadmin"')
    expect(body).not.toContain('type="password"')
    expect(headers['set-cookie']).toBe(undefined)
    expect((await postLogin(site, PASSWORD)).statusCode).toBeGreaterThanOrEqual(404)
    expect((await postLogin(site, 'undefined')).statusCode).toBeGreaterThanOrEqual(404)
    expect(body).toContain(words.admin.oidc.hint)
  })
})

describe('`doctor`', () => {
  const check = (OIDC_ISSUER: string) => {
    const config = readConfig({ ...settingsFor(provider.issuer, CLIENT), OIDC_ISSUER }, [oidc])
    return checkProvider(config, { timeoutMs: 2000 })
  }

  test('finds a provider that describes itself, and names the redirect URI', async () =>
    expect(await check(provider.issuer)).toMatchObject([
      { state: 'ok', found: expect.stringContaining(CALLBACK), fix: null },
    ]))

  test('finds an issuer that is none, and says what to check', async () =>
    expect(await check(`${provider.issuer}/realms/other`)).toMatchObject([
      { state: 'wrong', fix: expect.stringContaining('OIDC_ISSUER') },
    ]))

  test('has nothing to check without the settings', async () =>
    expect(await checkProvider(readConfig({}, [oidc]), { timeoutMs: 2000 })).toEqual([]))
})

describe('a real provider refuses', () => {
  test('a code that was used, even in the browser that got it', async () => {
    const { cookie, url } = await begin(site)
    const to = await logInAt(provider, url.href, 'ada')
    expect(sessionOf(await comeBack(site, cookie, to))).toBeDefined()
    const again = await comeBack(site, cookie, to)
    expect([again.statusCode, errorsOn(again.body), sessionOf(again)]).toEqual([
      403,
      ['oidc.refused'],
      undefined,
    ])
  })

  test('a code of another client', async () => {
    const { cookie, url } = await begin(site)
    url.searchParams.set('client_id', OTHER_CLIENT.id)
    const answer = await comeBack(site, cookie, await logInAt(provider, url.href, 'ada'))
    expect([answer.statusCode, errorsOn(answer.body), sessionOf(answer)]).toEqual([
      403,
      ['oidc.refused'],
      undefined,
    ])
  })

  test('a code of a login with another verifier', async () => {
    const [mine, other] = [await begin(site), await begin(site)]
    const to = await logInAt(provider, other.url.href, 'ada')
    to.searchParams.set('state', mine.url.searchParams.get('state')!)
    const answer = await comeBack(site, mine.cookie, to)
    expect([errorsOn(answer.body), sessionOf(answer)]).toEqual([['oidc.refused'], undefined])
  })

  test('a login whose PKCE was taken out of the request', async () => {
    const { cookie, url } = await begin(site)
    url.searchParams.delete('code_challenge')
    url.searchParams.delete('code_challenge_method')
    const to = await logInAt(provider, url.href, 'ada').catch(() => new URL(`${CALLBACK}?code=x`))
    const answer = await comeBack(site, cookie, to)
    expect([errorsOn(answer.body), sessionOf(answer)]).toEqual([['oidc.refused'], undefined])
  })

  test('to lead to another address than the callback', async () => {
    const { url } = await begin(site)
    url.searchParams.set('redirect_uri', 'https://evil.example/admin/oidc/callback')
    const response = await fetch(url, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  })
})
