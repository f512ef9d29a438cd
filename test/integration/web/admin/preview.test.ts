import { beforeEach, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../../src/config/config.ts'
import { recentActions } from '../../../../src/core/action.repo.ts'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { words } from '../../../../src/i18n/words.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { type Admin, logIn, PASSWORD } from '../../../support/admin.ts'
import { checksums } from '../../../support/checksums.ts'
import { errorsOn } from '../../../support/page-text.ts'
import { NOW, useSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'
import { useSmtp } from '../../../support/smtp-clients.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const smtp = useSmtp()
const ANN = 'ann@lab.example'
let admin: Admin

beforeEach(async () => {
  site.clock.moveTo(new Date('2026-11-23T07:00:00Z'))
  await addSubscriber(site.deps, { email: ANN, topics: ['attention'], consent: 'paper' })
  await addSubscriber(site.deps, { email: 'bob@lab.example', topics: ['nothingatall'], consent: 'paper' })
  await addPapers(site.db, ['2026-11-24'])
  site.clock.moveTo(NOW)
  admin = await logIn(site)
  site.logged.length = 0
})

test('a preview shows today’s email of a subscriber, and changes nothing', async () => {
  const before = await checksums(site.db)
  const { statusCode, headers } = await admin.post('/admin/preview', { email: ANN, do: 'preview' })
  expect(statusCode).toBe(303)
  expect(headers.location).toMatch(/^\/admin\/subscribers\/[\w-]+\/email$/)
  const page = await admin.get(headers.location as string)
  expect(page.body).toMatch(new RegExp(`${words.admin.preview.subject}</dt><dd>.*[Aa]ttention`))
  // The email is in a frame of the page, which may show only our own pages.
  expect(page.body).toMatch(new RegExp(`<iframe [^>]*src="${headers.location}/html" sandbox>`))
  expect(page.headers['content-security-policy']).toContain("frame-src 'self'")
  expect((await admin.get('/admin')).headers['content-security-policy']).not.toContain('frame-src')
  const email = await admin.get(`${headers.location}/html`)
  expect(email.body).toContain('<html')
  expect(email.body).toContain('/unsubscribe/preview')
  const policy = String(email.headers['content-security-policy'])
  expect(policy).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; .*frame-ancestors 'self'; sandbox$/)
  expect(email.headers['cache-control']).toBe('no-store')
  expect(await checksums(site.db)).toEqual(before)
  expect(site.logged.join('')).not.toContain(ANN)
})

test('a preview shows the digest that was planned today', async () => {
  await planDigests(site.deps)
  const { headers } = await admin.post('/admin/preview', { email: ANN })
  expect((await admin.get(headers.location as string)).body).toContain(words.admin.preview.planned)
  expect((await admin.get(`${headers.location}/html`)).body).toContain('ttention')
})

test('a preview without matches explains it', async () => {
  const { headers } = await admin.post('/admin/preview', { email: 'bob@lab.example' })
  expect((await admin.get(headers.location as string)).body).toContain(words.admin.preview.nothing)
  expect((await admin.get(`${headers.location}/html`)).headers.location).toBe(headers.location)
})

test.each([
  ['preview', 'unknown@lab.example', 'subscriber.unknown'],
  ['preview', 'ann@', 'address.malformed'],
  ['test', 'ann@', 'address.malformed'],
  ['test', ANN, 'smtp.not-set'],
] as const)('%s of %s gets 422 with the error and the address', async (verb, email, code) => {
  const { statusCode, body } = await admin.post('/admin/preview', { email, do: verb })
  expect(statusCode).toBe(422)
  expect(errorsOn(body)).toEqual([code])
  expect(body).toContain(`required value="${email}" aria-describedby="problem"`)
  expect(await recentActions(site.db, { limit: 1 })).toEqual([])
})

test('a test email is sent, and logged without the address', async () => {
  const sink = await smtp.sinkWith()
  const config = readConfig({ ADMIN_PASSWORD: PASSWORD, SMTP_URL: `smtp://127.0.0.1:${sink.port}?tls=off` })
  const app = buildServer({ ...site.deps, config })
  try {
    await app.ready()
    const operator = await logIn({ ...site, app })
    const { statusCode, body } = await operator.post('/admin/preview', {
      email: 'me@lab.example',
      do: 'test',
    })
    expect(statusCode).toBe(200)
    expect(body).toContain(`127.0.0.1:${sink.port}`)
    expect(sink.accepted.map(({ to }) => to)).toEqual(['me@lab.example'])
    expect(await recentActions(site.db, { limit: 9 })).toMatchObject([
      { via: 'admin', verb: 'mail test', detail: '', subscriberId: '' },
    ])
    expect(site.logged.join('')).not.toContain('me@lab.example')
  } finally {
    await app.close()
  }
})
