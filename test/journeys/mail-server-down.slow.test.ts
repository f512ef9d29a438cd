import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import type { Deps } from '../../src/core/deps.ts'
import { recordIncident } from '../../src/core/incident.repo.ts'
import { claimTick } from '../../src/core/tick.repo.ts'
import { openComposer } from '../../src/emails/compose-message.ts'
import { deliverReady } from '../../src/emails/deliver.ts'
import { fill, words } from '../../src/i18n/words.ts'
import { recordSuccessfulFetch } from '../../src/sources/source-day.repo.ts'
import { logIn, PASSWORD } from '../support/admin.ts'
import { problemsOf } from '../support/problems-of.ts'
import { runCliProcess } from '../support/processes.ts'
import { get, NOW, post, textOf, useSite } from '../support/site.ts'
import { type SinkOptions, type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts'
import { eventually } from '../support/until.ts'

const MINUTE = 60_000
const OPERATOR = 'operator@lab.example'

// With a mail server and bounces in the settings, the overview can say that nothing is wrong.
const site = useSite({
  ADMIN_PASSWORD: PASSWORD,
  SMTP_URL: 'smtp://127.0.0.1:9',
  BOUNCE_DOMAIN: 'bounce.example',
  BOUNCE_LMTP: '2424',
})
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

/** The schedule ticks, so that only the mail server can be the problem. */
async function minutesLater(minutes: number): Promise<void> {
  site.clock.moveTo(new Date(site.clock.now().getTime() + minutes * MINUTE))
  await claimTick(site.db, 'minute', site.clock.now())
}

/** Starts the mail server again; the service may have that many connections to it. */
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
/** The problem of an SMTP server that does not reply. */
const silent = () => problemsOf(site.deps, 'mail-server-silent')
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

test('an SMTP server that stopped is on the overview, on /status and in doctor within a minute', async () => {
  await signUp('ann')
  await send()
  expect(sink.accepted).toHaveLength(1)
  expect(await overview()).toContain(words.admin.overview.nothingWrong)
  expect(await status()).toContain(words.status.sending)

  await sink.close()
  await signUp('bob', 'cid', 'dan', 'eve', 'fay')
  await send()
  await minutesLater(1)
  const [{ sentence = '' } = {}] = await silent()
  expect(sentence).toContain('12:00 UTC')
  const seen = await overview()
  expect(seen.toLowerCase()).toContain(`: ${sentence.toLowerCase()}`)
  expect(seen).toMatch(/\b5 emails /)
  expect(seen).not.toContain(words.admin.overview.nothingWrong)
  const page = await status()
  expect(page).not.toContain(words.status.sending)
  expect(page).toContain(fill(words.status.problems.mailServer, { since: '24 Nov 2026, 12:00' }))
  expect(page).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/)
  expect(await doctor()).toEqual([
    expect.objectContaining({ state: 'wrong', found: expect.stringContaining('12:00 UTC') }),
  ])
})

test('one email that waits for a stopped mail server is a problem', async () => {
  await sink.close()
  await signUp('ann')
  await send()
  expect(await silent()).toMatchObject([{ sentence: expect.stringContaining('12:00 UTC') }])
})

test('an accepted email of one lane ends the problem of both', async () => {
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
  expect(await overview()).toContain(words.admin.overview.nothingWrong)
  expect(await status()).toContain(words.status.sending)
})

test('the first accepted email ends the incident, while the run continues', async () => {
  await sink.close()
  await signUp('ann', 'bob')
  await send()
  expect(await silent()).toHaveLength(1)
  await serverStarts({ at: { dot: (to) => (to.startsWith('bob') ? 'silence' : undefined) } })
  await minutesLater(2)
  let isOver = false
  const run = send().finally(() => {
    isOver = true
  })
  await eventually(async () => (await overview()).includes(words.admin.overview.nothingWrong), { seconds: 4 })
  expect(sink.accepted).toHaveLength(1)
  expect(isOver).toBe(false)
  await sink.close()
  await run
})

test('a refused connection counts a minute after an accepted email, not at once', async () => {
  let greetings = 0
  const greeting = () => (++greetings > 1 ? '421 4.7.0 too many connections' : undefined)
  await serverStarts({ closeAfter: 1, at: { greeting } }, 1)
  await signUp('ann', 'bob')
  expect(await send()).toMatchObject({ accepted: 1, deferred: 1 })
  expect(await overview()).toContain(words.admin.overview.nothingWrong)
  await minutesLater(1)
  expect(await send()).toMatchObject({ accepted: 0, deferred: 1 })
  expect(await silent()).toMatchObject([{ sentence: expect.stringContaining('12:01 UTC') }])
})

test('a refused email ends the incident of a silent server, not that of many refusals', async () => {
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
  expect(await silent()).toEqual([])
  expect(await problemsOf(site.deps, 'emails-refused')).toHaveLength(1)
})

test('an email accepted a minute after its run began ends a refused login, while the run continues', async () => {
  await recordIncident(site.db, { name: 'delivery bulk', what: 'login-refused', detail: '', since: NOW })
  const dot = (_to: string, count: number) => {
    if (count > 1) return 'silence'
    site.clock.moveTo(new Date(NOW.getTime() + MINUTE))
  }
  await serverStarts({ at: { dot } }, 1)
  await signUp('ann', 'bob')
  const run = send()
  await eventually(() => sink.mails.length === 2)
  expect(sink.accepted).toHaveLength(1)
  await eventually(async () => (await problemsOf(site.deps, 'mail-server-refuses')).length === 0, {
    seconds: 4,
  })
  await sink.close()
  await run
})
