import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import type { Deps } from '../../../../src/core/deps.ts'
import { recordIncident } from '../../../../src/core/incident.repo.ts'
import { claimTick } from '../../../../src/core/tick.repo.ts'
import { openComposer } from '../../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../../src/emails/deliver.ts'
import { runAlerts } from '../../../../src/operator/alerts/run-alerts.ts'
import type { Check } from '../../../../src/operator/doctor/check.ts'
import { recordSuccessfulFetch } from '../../../../src/sources/source-day.repo.ts'
import { logIn, PASSWORD } from '../../../support/admin.ts'
import { runCliProcess } from '../../../support/processes.ts'
import { get, NOW, post, textOf, useSite } from '../../../support/site.ts'
import { type SmtpSink, startSmtpSink } from '../../../support/smtp-sink.ts'

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
  return (JSON.parse(stdout) as Check[]).filter(({ check }) => check === 'mail-server-silent')
}

test('a mail server that stopped is named by overview, /status and doctor within a minute, by an alert after 15', async () => {
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
  expect(page).toContain('The mail server has not answered since 24 Nov 2026, 12:00 UTC.')
  expect(page).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/)
  expect(await doctor()).toEqual([
    expect.objectContaining({ state: 'wrong', found: expect.stringContaining(said) }),
  ])

  await runAlerts(deps)
  expect(await overview()).toContain('No alerts.')
  await minutesLater(14)
  await runAlerts(deps)
  expect(await overview()).toContain('delivery stopped, the mail server cannot be reached')
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
