import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import type { Deps } from '../../src/core/deps.ts'
import { recordIncident } from '../../src/core/incident.repo.ts'
import { claimTick } from '../../src/core/tick.repo.ts'
import { openComposer } from '../../src/emails/compose-message.ts'
import { deliverReady } from '../../src/emails/deliver.ts'
import { recordSuccessfulFetch } from '../../src/sources/source-day.repo.ts'
import { logIn, PASSWORD } from '../support/admin.ts'
import { runCliProcess } from '../support/processes.ts'
import { get, NOW, post, textOf, useSite } from '../support/site.ts'
import { type SinkOptions, type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts'
import { eventually } from '../support/until.ts'

const MINUTE = 60_000
const OPERATOR = 'operator@lab.example'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
let sink: SmtpSink
let deps: Deps

beforeEach(async () => {
  sink = await startSmtpSink()
  const config = readConfig({ SMTP_URL: `smtp://127.0.0.1:${sink.port}`, OPERATOR_EMAIL: OPERATOR })
  deps = { ...site.deps, config }
  await minutesLater(0)
  await recordSuccessfulFetch(site.db, { source: 'huggingface', day: '2026-11-24', papers: 9, now: NOW })
})
afterEach(() => sink.close())

/** The schedule ticks, so that only the mail server can be at fault. */
async function minutesLater(minutes: number): Promise<void> {
  site.clock.moveTo(new Date(site.clock.now().getTime() + minutes * MINUTE))
  await claimTick(site.db, 'minute', site.clock.now())
}

/** The mail server starts anew, and the service may have that many connections to it. */
async function serverStarts(options: SinkOptions, connections = 2): Promise<void> {
  await sink.close()
  sink = await startSmtpSink(options)
  const SMTP_URL = `smtp://127.0.0.1:${sink.port}?connections=${connections}`
  deps = { ...deps, config: readConfig({ SMTP_URL, OPERATOR_EMAIL: OPERATOR }) }
}

const signUp = async (...names: string[]) => {
  for (const name of names)
    await post(site, '/subscribe', { email: `${name}@example.com`, topic: 'diffusion' })
}
const send = async () =>
  deliverReady({ ...deps, compose: await openComposer(deps) }, { lane: 'transactional' })
const overview = async () => textOf((await (await logIn(site)).get('/admin')).body)
const status = async () => textOf((await get(site, '/status')).body)
const doctor = async () => {
  const { stdout } = await runCliProcess(['doctor', '--json'], {
    DATABASE_URL: site.deps.databaseUrl,
    CLOCK_NOW: site.clock.now().toISOString(),
    SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    HF_URL: 'http://127.0.0.1:9',
  })
  return (JSON.parse(stdout) as { check: string }[]).filter(({ check }) => check === 'mail-server-silent')
}

test('a mail server that stopped is named by overview, /status and doctor within a minute', async () => {
  await signUp('ann')
  await send()
  expect(sink.accepted).toHaveLength(1)
  expect(await overview()).toContain('Nothing is wrong.')
  expect(await status()).toContain('Digests are being sent.')

  await sink.close()
  await signUp('bob', 'cid', 'dan', 'eve', 'fay')
  await send()
  await minutesLater(1)
  const said = '5 emails are waiting: the mail server has not answered since 12:00 UTC.'
  const seen = await overview()
  expect(seen).toContain(said)
  expect(seen).not.toContain('Nothing is wrong.')
  const page = await status()
  expect(page).not.toContain('Digests are being sent.')
  expect(page).toContain('the mail server has not accepted them as usual since 24 Nov 2026, 12:00 UTC.')
  expect(page).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/)
  expect(await doctor()).toEqual([
    expect.objectContaining({ state: 'wrong', found: expect.stringContaining(said) }),
  ])
})

test('a single email that a stopped mail server keeps waiting is enough', async () => {
  await sink.close()
  await signUp('ann')
  await send()
  expect(await overview()).toContain('1 email is waiting: the mail server has not answered since 12:00 UTC.')
})

test('an accepted email of one lane shows that the mail server answers again, for both', async () => {
  const { port } = sink
  await sink.close()
  await signUp('ann')
  await send()
  // Digests could not be sent either.
  await recordIncident(site.db, { name: 'delivery bulk', what: 'unreachable', detail: '', since: NOW })
  sink = await startSmtpSink({ port })
  await minutesLater(2)
  await send()
  expect(sink.accepted).toHaveLength(1)
  expect(await overview()).toContain('Nothing is wrong.')
  expect(await status()).toContain('Digests are being sent.')
})

test('the first email that the server accepts ends the incident, while the run goes on', async () => {
  await sink.close()
  await signUp('ann', 'bob')
  await send()
  expect(await overview()).toContain('the mail server has not answered since 12:00 UTC.')
  await serverStarts({ at: { dot: (to) => (to.startsWith('bob') ? 'silence' : undefined) } })
  await minutesLater(2)
  let isOver = false
  const run = send().finally(() => {
    isOver = true
  })
  await eventually(async () => (await overview()).includes('Nothing is wrong.'), { seconds: 4 })
  expect(sink.accepted).toHaveLength(1)
  expect(isOver).toBe(false)
  await sink.close()
  await run
})

test('a connection that the server refuses just after it accepted an email does not count, a minute later it does', async () => {
  let greetings = 0
  const greeting = () => (++greetings > 1 ? '421 4.7.0 too many connections' : undefined)
  await serverStarts({ closeAfter: 1, at: { greeting } }, 1)
  await signUp('ann', 'bob')
  expect(await send()).toMatchObject({ accepted: 1, deferred: 1 })
  expect(await overview()).toContain('Nothing is wrong.')
  await minutesLater(1)
  expect(await send()).toMatchObject({ accepted: 0, deferred: 1 })
  expect(await overview()).toContain('1 email is waiting: the mail server has not answered since 12:01 UTC.')
})

test('a refused email ends the incident of a silent server, and not that of many refusals', async () => {
  await recordIncident(site.db, {
    name: 'delivery transactional',
    what: 'unreachable',
    detail: '',
    since: NOW,
  })
  await recordIncident(site.db, { name: 'delivery bulk', what: 'refused-much', detail: '', since: NOW })
  await serverStarts({ at: { rcpt: '450 4.2.0 later' } })
  await signUp('ann')
  expect(await send()).toMatchObject({ deferred: 1 })
  const seen = await overview()
  expect(seen).not.toContain('has not answered')
  expect(seen).toContain(
    'Delivery stopped at 12:00 UTC: the mail server refused too many of the last emails.',
  )
})

test('an email accepted a minute after its run began shows that the login is not refused, while the run goes on', async () => {
  await recordIncident(site.db, { name: 'delivery bulk', what: 'login-refused', detail: '', since: NOW })
  const dot = (_to: string, mails: number) => {
    if (mails > 1) return 'silence'
    site.clock.moveTo(new Date(NOW.getTime() + MINUTE))
  }
  await serverStarts({ at: { dot } }, 1)
  await signUp('ann', 'bob')
  const run = send()
  await eventually(() => sink.mails.length === 2)
  expect(sink.accepted).toHaveLength(1)
  await eventually(async () => !(await overview()).includes('refused the login'), { seconds: 4 })
  await sink.close()
  await run
})
