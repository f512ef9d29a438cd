import type { FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { recentActions } from '../../../../src/core/action.repo.ts'
import type { Prisma } from '../../../../src/generated/prisma/client.ts'
import { returnPath } from '../../../../src/web/admin/login-routes.ts'
import { requireRight } from '../../../../src/web/admin/operator-rights.ts'
import { type Admin, logIn, PASSWORD } from '../../../support/admin.ts'
import { errorsOn } from '../../../support/page-text.ts'
import { get, NOW, subscribeThroughSite, useSite } from '../../../support/site.ts'
import { useTestLogin } from '../../../support/test-login.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })

const testLogin = useTestLogin(site)

const MINUTE = 60_000

/** Forms that look something up. */
const READS = ['/admin/logout', '/admin/subscribers', '/admin/suppressions']
const BUTTONS = ['/admin/preview']

describe('an operator who may only look', () => {
  test('sees every page that is not the form for a change', async () => {
    const admin = await testLogin.logIn('look')
    for (const path of [
      '',
      '/subscribers',
      '/topics',
      '/messages',
      '/days',
      '/bounces',
      '/actions',
      '/preview',
    ])
      expect([path, (await admin.get(`/admin${path}`)).statusCode]).toEqual([path, 200])
    const { statusCode, body } = await admin.get('/admin/subscribers/add')
    expect([statusCode, errorsOn(body)]).toEqual([403, ['admin.read-only']])
  })

  test('is refused by every route that changes something, with its token', async () => {
    const posts = testLogin.routes.filter(
      ({ method, url }) => method !== 'GET' && method !== 'HEAD' && url !== '/admin/login',
    )
    expect(posts.length).toBeGreaterThan(8)
    const admin = await testLogin.logIn('look')
    const token = await admin.token()
    const passed: string[] = []
    for (const { url } of posts.filter(({ url }) => url !== '/admin/logout')) {
      const path = url.replace(':id', '0'.repeat(14))
      const { statusCode, body } = await admin.post(path, { token })
      if (statusCode === 403) expect([url, errorsOn(body)]).toEqual([url, ['admin.read-only']])
      else passed.push(url)
    }
    expect(passed.toSorted()).toEqual(READS.filter((url) => url !== '/admin/logout'))
    const reads = posts.filter(({ effect }) => effect !== undefined).map(({ url }) => url)
    expect(reads.toSorted()).toEqual([...READS, ...BUTTONS].toSorted())
  })

  test('may preview an email, and not send one, whatever else the form has', async () => {
    await subscribeThroughSite(testLogin.site, 'ann@example.com')
    const admin = await testLogin.logIn('look')
    const email = 'ann@example.com'
    expect((await admin.post('/admin/preview', { email, do: 'preview' })).statusCode).toBe(303)
    for (const pressed of ['test', '', ['preview', 'test'], ['test', 'preview']])
      expect((await admin.post('/admin/preview', { email, do: pressed })).statusCode).toBe(403)
  })

  test('gets no buttons for changes', async () => {
    await subscribeThroughSite(testLogin.site, 'ann@example.com')
    const { id } = await site.db.subscriber.findFirstOrThrow()
    const [looks, changes] = [await testLogin.logIn('look'), await testLogin.logIn('change')]
    const formsOn = async (admin: Admin, path: string) =>
      [...(await admin.get(path)).body.matchAll(/method="post" action="([^"]+)"/g)].map(([, to]) => to)
    for (const path of ['/admin', `/admin/subscribers/${id}`, '/admin/preview']) {
      expect(await formsOn(changes, path)).not.toEqual(await formsOn(looks, path))
      expect(READS.concat(BUTTONS)).toEqual(expect.arrayContaining(await formsOn(looks, path)))
    }
    expect((await looks.get('/admin/subscribers')).body).not.toMatch(/subscribers\/add"/)
    expect((await changes.get('/admin/subscribers')).body).toMatch(/subscribers\/add"/)
  })

  test('gets no link to a test email', async () => {
    const [looks, changes] = [await testLogin.logIn('look'), await testLogin.logIn('change')]
    expect((await looks.get('/admin')).body).not.toMatch(/preview#test"/)
    expect((await changes.get('/admin')).body).toMatch(/preview#test"/)
  })
})

describe('an operator who may change something', () => {
  test('is named in the operator log, on pages and in the API, for each kind of form', async () => {
    const admin = await testLogin.logIn('change')
    await admin.post('/admin/delivery', { do: 'pause', reason: 'the relay moves' })
    await admin.post('/admin/subscribers/add', {
      email: 'ann@example.com',
      topic: 'robots',
      consent: 'x',
      do: 'add',
    })
    const { id } = await site.db.subscriber.findFirstOrThrow()
    await admin.post(`/admin/subscribers/${id}`, { do: 'pause' })
    const actions = await recentActions(site.db, { limit: 10 })
    expect(actions.map(({ via, verb, by }) => [via, verb, by])).toEqual(
      ['subscribers pause', 'subscribers add', 'delivery pause'].map((verb) => ['admin', verb, 'Ada Reader']),
    )
    expect((await admin.get('/admin/actions')).body.match(/<td>Ada Reader<\/td>/g)).toHaveLength(3)
  })

  test('is not named after the password', async () => {
    await (await logIn(testLogin.site)).post('/admin/delivery', { do: 'pause', reason: 'x' })
    expect(await recentActions(site.db, { limit: 10 })).toMatchObject([{ verb: 'delivery pause', by: '' }])
  })
})

describe('a session without an operator', () => {
  test('ends at its next request', async () => {
    const admin = await logIn(testLogin.site)
    const { id, data } = await site.db.adminSession.findFirstOrThrow()
    const { operator: _, ...rest } = data as Prisma.JsonObject
    await site.db.adminSession.update({ where: { id }, data: { data: rest } })
    expect((await admin.get('/admin')).headers.location).toBe('/admin/login')
    expect(await site.db.adminSession.count()).toBe(0)
  })

  test('may change nothing', () => {
    const request = { method: 'POST', routeOptions: { config: {} }, session: {} } as FastifyRequest
    expect(() => requireRight(request)).toThrow(expect.objectContaining({ code: 'admin.read-only' }))
  })
})

describe('the session of a login method', () => {
  test('ends when the login method says', async () => {
    const admin = await testLogin.logIn('change')
    for (const minutes of [25, 50]) {
      site.clock.moveTo(new Date(NOW.getTime() + minutes * MINUTE))
      expect((await admin.get('/admin/actions')).statusCode).toBe(200)
    }
    site.clock.moveTo(new Date(NOW.getTime() + 60 * MINUTE))
    expect((await admin.get('/admin')).headers.location).toBe('/admin/login')
  })

  test('ends when the key of the login method changes', async () => {
    const admin = await testLogin.logIn('change')
    testLogin.key = 'second'
    expect((await admin.get('/admin')).headers.location).toBe('/admin/login')
    expect(await site.db.adminSession.count()).toBe(0)
  })

  test('leads to the page of the login method after the log-out button', async () => {
    const { statusCode, headers } = await (await testLogin.logIn('look')).post('/admin/logout')
    expect([statusCode, headers.location]).toEqual([303, '/admin/test-login/left'])
    expect(await site.db.adminSession.count()).toBe(0)
  })

  test('is offered on the login page beside the password, with the page to go back to', async () => {
    const { body } = await get(testLogin.site, '/admin/login?to=%2Fadmin%2Factions')
    expect(body).toContain('href="/admin/test-login/change?to=%2Fadmin%2Factions"')
    expect(body).toContain('name="password"')
  })
})

describe('`returnPath`', () => {
  test.each(['/admin', '/admin/actions', '/admin/bounces?days=30&class=full'])('leads to %s', (to) =>
    expect(returnPath(to)).toBe(to),
  )

  test.each([
    '',
    'https://evil.example/admin',
    '//evil.example/admin',
    '/\\evil.example/admin',
    '/admin/../..//evil.example',
    '/admin/%2e%2e//evil.example',
    '\t//evil.example/admin',
    '/administrator',
    '/papers',
    'javascript:alert(1)//admin',
    '/admin@evil.example/',
    `/admin/${'a'.repeat(1000)}`,
  ])('leads to the overview instead of %j', (to) => expect(returnPath(to)).toBe('/admin'))
})
