import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { counted, words } from '../../../../src/i18n/words.ts'
import { loginPath } from '../../../../src/web/admin/login-routes.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { adminWith, cookieOf, logIn, PASSWORD, postLogin } from '../../../support/admin.ts'
import { errorsOn } from '../../../support/page-text.ts'
import { get, post, type TestSite, useSite } from '../../../support/site.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })

const MINUTE = 60_000
const wait = (minutes: number) => site.clock.moveTo(new Date(site.clock.now().getTime() + minutes * MINUTE))

/** The same site under other settings, in another process. */
async function withSettings<T>(
  settings: Record<string, string>,
  work: (other: TestSite) => Promise<T>,
): Promise<T> {
  const deps = { ...site.deps, config: readConfig(settings) }
  const app = buildServer(deps)
  try {
    return await work({ ...site, db: site.db, deps, app })
  } finally {
    await app.close()
  }
}

describe('without ADMIN_PASSWORD', () => {
  test.each(['/admin', '/admin/login', '/admin/subscribers'])(
    '%s gets the same response as a page that does not exist',
    (path) =>
      withSettings({}, async (other) => {
        const [admin, nothing] = [await get(other, path), await get(other, '/nothing')]
        expect(admin.statusCode).toBe(404)
        expect(admin.body).toBe(nothing.body)
        expect(admin.headers['set-cookie']).toBe(undefined)
      }),
  )
})

describe('logging in', () => {
  test('sets no cookie before the password, which opens the overview', async () => {
    const page = await get(site, '/admin/login')
    expect([page.statusCode, page.headers['set-cookie']]).toEqual([200, undefined])
    const admin = await logIn(site)
    expect((await admin.get('/admin')).statusCode).toBe(200)
    expect(await site.db.adminSession.count()).toBe(1)
  })

  test('leads back to the page that was asked for, also after a wrong password', async () => {
    const to = '/admin/bounces?days=30'
    const fields = (password: string, path: string) => post(site, '/admin/login', { password, to: path })
    expect((await get(site, loginPath(to))).body).toContain(`name="to" value="${to}"`)
    expect((await fields('wrong', to)).body).toContain(`name="to" value="${to}"`)
    expect((await fields(PASSWORD, to)).headers.location).toBe(to)
    expect((await fields(PASSWORD, 'https://evil.example/admin')).headers.location).toBe('/admin')
  })

  test('with a wrong password gets 403 and no cookie', async () => {
    const answer = await postLogin(site, 'wrong')
    expect(answer.statusCode).toBe(403)
    expect(errorsOn(answer.body)).toEqual(['admin.wrong-password'])
    expect(answer.headers['set-cookie']).toBe(undefined)
    expect(answer.body).not.toContain('value="wrong')
  })

  test('stores neither the value of the cookie nor the password', async () => {
    const { cookie } = await logIn(site)
    const rows = JSON.stringify(await site.db.adminSession.findMany())
    const value = decodeURIComponent(cookie.split('=')[1]!)
    expect(rows).not.toContain(value.split('.')[0])
    expect(rows).not.toContain(PASSWORD)
  })

  test('after five tries from a network is refused even with the correct password: 429 with the wait', async () => {
    for (let n = 0; n < 5; n++) expect((await postLogin(site, `wrong ${n}`)).statusCode).toBe(403)
    const answer = await postLogin(site, PASSWORD)
    expect(answer.statusCode).toBe(429)
    const seconds = Number(answer.headers['retry-after'])
    expect(seconds).toBeGreaterThan(60)
    expect(errorsOn(answer.body)).toEqual(['rate.too-many'])
    expect(answer.body).toContain(counted(Math.ceil(seconds / 60), words.admin.login.tooMany))
    expect(answer.headers['set-cookie']).toBe(undefined)
    expect((await postLogin(site, PASSWORD, { ip: '198.51.100.1' })).statusCode).toBe(303)
  })

  const events = (event: string) => site.logged.filter((line) => JSON.parse(line).event === event).length

  test('counts only wrong passwords', async () => {
    for (let n = 0; n < 60; n++) expect((await postLogin(site, PASSWORD)).statusCode).toBe(303)
    for (let n = 0; n < 5; n++) expect((await postLogin(site, 'wrong')).statusCode).toBe(403)
    expect((await postLogin(site, 'wrong')).statusCode).toBe(429)
  })

  test('from one network is limited for requests at once too', async () => {
    const tries = Array.from({ length: 20 }, () => postLogin(site, 'wrong'))
    const codes = (await Promise.all(tries)).map(({ statusCode }) => statusCode)
    expect(codes.filter((code) => code === 403).length).toBe(5)
  })

  test('after fifty wrong passwords from everywhere leaves each network one try, and accepts the correct one', async () => {
    site.logged.length = 0
    const tries = Array.from({ length: 50 }, (_, n) => postLogin(site, 'wrong', { ip: `10.0.${n}.1` }))
    expect((await Promise.all(tries)).map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(403))
    for (const ip of ['10.1.0.1', '10.1.1.1']) {
      expect((await postLogin(site, 'wrong', { ip })).statusCode).toBe(403)
      const { statusCode, headers } = await postLogin(site, 'wrong', { ip })
      expect(statusCode).toBe(429)
      expect(Number(headers['retry-after'])).toBeGreaterThan(14 * 60)
    }
    for (let n = 0; n < 3; n++) expect((await postLogin(site, PASSWORD)).statusCode).toBe(303)
    expect([events('admin.refused'), events('admin.limited'), events('admin.logged-in')]).toEqual([52, 2, 3])
  })

  test.each([
    ['one /48', 70, (n: number) => `2001:db8:1:${(n * 256).toString(16)}::1`, 45],
    ['one /56', 70, (n: number) => `2001:db8:1:2${n.toString(16).padStart(2, '0')}::1`, 15],
    ['one /64', 10, (n: number) => `2001:db8:1:2::${n.toString(16)}`, 5],
    ['one /24', 30, (n: number) => `203.0.113.${n}`, 15],
  ])('checks only a few wrong passwords from many addresses of %s', async (_what, many, ipOf, checked) => {
    const tries = Array.from({ length: many }, (_, n) => postLogin(site, 'wrong', { ip: ipOf(n) }))
    const codes = (await Promise.all(tries)).map(({ statusCode }) => statusCode)
    expect(codes.filter((code) => code === 403)).toHaveLength(checked)
    expect(codes.filter((code) => code === 429)).toHaveLength(many - checked)
    expect((await postLogin(site, PASSWORD, { ip: ipOf(0) })).statusCode).toBe(429)
    expect((await postLogin(site, PASSWORD, { ip: '2001:db8:2::1' })).statusCode).toBe(303)
  })

  test('from every network of a /48 gets nine more tries, and other networks get in', async () => {
    const ips = (n: number) => `2001:db8:${n.toString(16)}:${(n * 256).toString(16)}::1`
    await Promise.all(Array.from({ length: 50 }, (_, n) => postLogin(site, 'wrong', { ip: ips(n) })))
    const codes: number[] = []
    for (let n = 0; n < 30; n++)
      codes.push((await postLogin(site, 'wrong', { ip: `2001:db8:ffff:${n}00::1` })).statusCode)
    expect(codes.filter((code) => code === 403)).toHaveLength(9)
    expect((await postLogin(site, PASSWORD, { ip: '2001:db8:eeee::1' })).statusCode).toBe(303)
  })

  test('from a form on another site is refused', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' }
    const answer = await postLogin(site, PASSWORD, { headers })
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([403, undefined])
  })

  describe('with the Origin of', () => {
    const loginFrom = (origin: string, host = 'localhost:3000') =>
      postLogin(site, PASSWORD, { headers: { origin, host } })

    test.each([
      ['another site', 'https://evil.example'],
      ['a page without an origin', 'null'],
      ['this host over another scheme', 'https://localhost:3000'],
      ['another port of this host', 'http://localhost:3001'],
      ['a host that begins as ours', 'http://localhost:3000.evil.example'],
      ['no address', 'evil'],
    ])('%s: 403, no cookie, and the password is not checked', async (_what, origin) => {
      for (let n = 0; n < 6; n++) {
        const answer = await loginFrom(origin)
        expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([403, undefined])
      }
      expect(await site.db.adminSession.count()).toBe(0)
      expect(await site.db.bucket.count()).toBe(0)
    })

    test.each([
      ['BASE_URL', 'http://localhost:3000', 'localhost:3000'],
      ['BASE_URL behind a proxy that does not pass the host on', 'http://localhost:3000', '10.0.0.7:3000'],
      ['the host of the request', 'http://127.0.0.1:3000', '127.0.0.1:3000'],
    ])('%s: logged in', async (_what, origin, host) => {
      expect((await loginFrom(origin, host)).statusCode).toBe(303)
    })

    test('another site at the other buttons: refused, even with their token', async () => {
      const admin = await logIn(site)
      const answer = await admin.post('/admin/logout', {}, { origin: 'https://evil.example' })
      expect(answer.statusCode).toBe(403)
      expect(await site.db.adminSession.count()).toBe(1)
    })
  })

  test('is logged without addresses', async () => {
    site.logged.length = 0
    await postLogin(site, 'wrong')
    await (await logIn(site)).post('/admin/logout')
    for (const event of ['admin.refused', 'admin.logged-in', 'admin.logged-out'])
      expect(site.logged.filter((line) => JSON.parse(line).event === event)).toHaveLength(1)
    expect(site.logged.join('')).not.toMatch(/203\.0\.113|correct horse/)
  })
})

describe('a session', () => {
  test('ends by logging out, also for a request in progress', async () => {
    const admin = await logIn(site)
    const token = await admin.token()
    wait(5)
    const [out] = await Promise.all([
      admin.post('/admin/logout', { token }),
      admin.get('/admin'),
      admin.get('/admin/topics'),
    ])
    expect(out.statusCode).toBe(303)
    expect((await admin.get('/admin')).headers.location).toBe('/admin/login')
    expect(await site.db.adminSession.count()).toBe(0)
  })

  test('lasts in the demo, whose clock jumps from day to day', async () => {
    const config = readConfig({ ADMIN_PASSWORD: PASSWORD })
    config.demo = { desk: 'http://localhost:3002', mailbox: 'http://localhost:3001' }
    const app = buildServer({ ...site.deps, config })
    try {
      const admin = await logIn({ ...site, db: site.db, app })
      wait(5 * 24 * 60)
      expect((await admin.get('/admin')).statusCode).toBe(200)
    } finally {
      await app.close()
    }
  })

  test('ends after half an hour without a request', async () => {
    const admin = await logIn(site)
    for (let n = 0; n < 4; n++) {
      wait(29)
      expect((await admin.get('/admin/actions')).statusCode).toBe(200)
    }
    wait(30)
    expect((await admin.get('/admin/actions')).headers.location).toBe(loginPath('/admin/actions'))
  })

  test('ends after twelve hours', async () => {
    const admin = await logIn(site)
    for (let n = 0; n < 12 * 4 - 1; n++) {
      wait(15)
      expect((await admin.get('/admin/actions')).statusCode).toBe(200)
    }
    wait(15)
    expect((await admin.get('/admin/actions')).headers.location).toBe(loginPath('/admin/actions'))
  })

  test('is valid in every process, until the password changes', async () => {
    const { cookie } = await logIn(site)
    const statusUnder = (password: string) =>
      withSettings({ ADMIN_PASSWORD: password }, async (other) => {
        return (await adminWith(other, cookie).get('/admin/actions')).statusCode
      })
    expect(await statusUnder(PASSWORD)).toBe(200)
    expect(await statusUnder('another password of mine')).toBe(303)
  })

  test('gets another cookie at another login, and the old one is invalid', async () => {
    const first = await logIn(site)
    const again = await site.app.inject({
      method: 'POST',
      url: '/admin/login',
      headers: { cookie: first.cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ password: PASSWORD }).toString(),
    })
    expect(cookieOf(again)).not.toBe(first.cookie)
    expect((await first.get('/admin')).statusCode).toBe(303)
    expect((await adminWith(site, cookieOf(again)).get('/admin')).statusCode).toBe(200)
  })
})

describe('the cookie of a session', () => {
  test('is only for this site, and not readable by scripts', async () => {
    const { headers } = await postLogin(site, PASSWORD)
    const [cookie = ''] = [headers['set-cookie'] ?? ''].flat()
    expect(cookie).toMatch(/^admin=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  const secure = {
    ADMIN_PASSWORD: PASSWORD,
    BASE_URL: 'https://papers.example.org',
    TRUST_PROXY: '127.0.0.1',
  }

  test('over https is secure, and has the name that browsers restrict to this host', () =>
    withSettings(secure, async (other) => {
      const headers = { 'x-forwarded-proto': 'https' }
      const answer = await postLogin(other, PASSWORD, { ip: '127.0.0.1', headers })
      const [cookie = ''] = [answer.headers['set-cookie'] ?? ''].flat()
      expect(cookie).toMatch(/^__Host-admin=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    }))

  test('is not set over http if the site is https: 400 with the code', () =>
    withSettings(secure, async (other) => {
      const answer = await postLogin(other, PASSWORD, { ip: '127.0.0.1' })
      expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([400, undefined])
      expect(errorsOn(answer.body)).toEqual(['admin.not-https'])
      expect(answer.body).not.toContain(words.admin.fault.back)
      const missing = await (await logIn(site)).get('/admin/nothing/here')
      expect(missing.body).toContain(words.admin.fault.back)
    }))

  test.each(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000'])(
    'is set over http on this computer: %s',
    (BASE_URL) =>
      withSettings({ ADMIN_PASSWORD: PASSWORD, BASE_URL }, async (other) => {
        expect((await get(other, '/admin/login')).statusCode).toBe(200)
      }),
  )

  test.each(['http://192.168.1.5:4000', 'http://localhost.example.org', 'http://127.0.0.1.example.org'])(
    'is not set over http elsewhere: %s',
    (BASE_URL) =>
      withSettings({ ADMIN_PASSWORD: PASSWORD, BASE_URL }, async (other) => {
        const answer = await get(other, '/admin/login')
        expect([answer.statusCode, errorsOn(answer.body)]).toEqual([400, ['admin.not-https']])
      }),
  )

  test('is set nowhere else on the site, for any request', async () => {
    const { cookie } = await logIn(site)
    for (const url of ['/', '/subscribe', '/manage', '/privacy', '/nothing']) {
      const answer = await site.app.inject({ url, headers: { cookie, accept: 'text/html' } })
      expect([url, answer.headers['set-cookie']]).toEqual([url, undefined])
    }
  })
})
