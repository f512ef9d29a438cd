import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { freePort, startEmbeddedPostgres } from '../../../../src/core/database/embedded-postgres.ts'
import { addDays, type Day, dayOf, midnight } from '../../../../src/core/dates.ts'
import { silentLog } from '../../../../src/core/log.ts'
import type { Check } from '../../../../src/features/doctor/check.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { tick } from '../../../../src/service/schedule.ts'
import { startService } from '../../../../src/service/service.ts'
import { makeCertificate } from '../../../support/certificates.ts'
import { startHuggingFaceServer } from '../../../support/hugging-face-server.ts'
import { nginxPath, startNginx } from '../../../support/nginx.ts'
import { runCliProcess } from '../../../support/processes.ts'
import { type Relay, startRelay } from '../../../support/relay.ts'
import { eventually } from '../../../support/until.ts'

const LOGIN = { user: 'AKIA', password: 'aB/+=@:#%?&' }
const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
const certificate = makeCertificate(['localhost'])
/** A paper on every day, so that the source misses none. */
const paperOf = (day: string) => [
  { paper: { id: `2601.0${day.slice(5).replace('-', '')}`, title: `Papers of ${day}`, summary: 'One.' } },
]
function lastWorkingDay(): Day {
  let day = addDays(dayOf(new Date()), -1)
  while ([0, 6].includes(midnight(day).getUTCDay())) day = addDays(day, -1)
  return day
}
const stops: (() => Promise<unknown>)[] = []
let relay: Relay
let settings: Record<string, string>

beforeAll(async () => {
  const [port, upstream] = [await freePort(), await freePort()]
  relay = await startRelay({ certificate, ...LOGIN })
  const source = await startHuggingFaceServer({ folder: paperOf, today: dayOf(new Date()) })
  const key = join(folder, 'dkim.pem')
  execFileSync('openssl', ['genrsa', '-out', key, '2048'], { stdio: 'ignore' })
  chmodSync(key, 0o600)
  // The tests' own server is fast and loses data with the power: the doctor would say so.
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'))
  settings = {
    NODE_ENV: 'production',
    DATABASE_URL: postgres.url,
    DATA_DIR: folder,
    SMTP_URL: `smtp://localhost:${relay.port}?tls=verify`,
    SMTP_USER: LOGIN.user,
    SMTP_PASSWORD: LOGIN.password,
    BASE_URL: `https://localhost:${port}`,
    PORT: String(upstream),
    TRUST_PROXY: '127.0.0.1',
    APP_SECRET: 'jD0vXr3P8mYqLw5tKz1sNb7hGc4fQeUa',
    SUPPRESSION_KEY: 'Tq9ZpM2xVw6RkY4nBd8HsLc1JgFu3EaW',
    MAIL_FROM: 'digest@papers.example.org',
    POSTAL_ADDRESS: '1 Main Street, Springfield',
    OPERATOR_EMAIL: 'ops@papers.example.org',
    ADMIN_PASSWORD: 'heron-quilt-brass-47',
    HF_URL: source.url,
    DKIM_DOMAIN: 'papers.example.org',
    DKIM_SELECTOR: 's1',
    DKIM_KEY_FILE: key,
    NODE_EXTRA_CA_CERTS: certificate.ca,
    BOUNCE_DOMAIN: 'bounce.papers.example.org',
    BOUNCE_LMTP: String(await freePort()),
  }
  const service = await startService(readConfig(settings), ['web', 'schedule', 'worker'], {
    features: FEATURES,
    log: silentLog,
  })
  await tick(service.deps)
  const ofLastDay = { where: { day: midnight(lastWorkingDay()) } }
  await eventually(async () => (await service.deps.db.listing.count(ofLastDay)) > 0)
  const nginx = nginxPath === undefined ? undefined : await startNginx({ certificate, upstream, port })
  stops.push(
    async () => nginx?.stop(),
    () => service.stop(),
    () => relay.close(),
    () => source.close(),
    () => postgres.destroy(),
  )
})
afterAll(async () => {
  for (const stop of stops) await stop()
})
beforeEach((context) => {
  if (!nginxPath) context.skip('no nginx on this machine')
})

const doctor = async (changed: Record<string, string> = {}) => {
  const { code, stdout, stderr } = await runCliProcess(
    ['doctor', '--json'],
    { ...settings, ...changed },
    folder,
  )
  expect(stderr).toBe('')
  return { code, checks: JSON.parse(stdout) as Check[] }
}

/** "wrong: what was found" of one check. */
const saidOf = (checks: Check[], name: string) =>
  checks.filter(({ check }) => check === name).map(({ state, found }) => `${state}: ${found}`)

test('says of a good installation that all is well', async () => {
  const { code, checks } = await doctor()
  if (process.env.SHOW) process.stderr.write((await runCliProcess(['doctor'], settings, folder)).stdout)
  expect(checks.filter(({ state }) => state !== 'ok')).toEqual([])
  expect(checks.map(({ check }) => check)).toEqual([
    'settings',
    'database',
    'migrations',
    'clock',
    'site',
    'https',
    'mail server',
    'dkim',
    'bounces',
    'sending',
    'health',
    'disk',
    'secrets',
    'operator',
    'huggingface',
  ])
  expect(code).toBe(0)
  expect(relay.mails).toEqual([])
})

test('says of six faults at once what each is, and how it is cured', async () => {
  const unfit = join(folder, 'ed25519.pem')
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', unfit], { stdio: 'ignore' })
  const faults = {
    DIGEST_MAX: '99',
    SMTP_PASSWORD: 'wrong',
    DKIM_KEY_FILE: unfit,
    HF_URL: `http://127.0.0.1:${await freePort()}`,
    SUPPRESSION_KEY: 'Another-key-than-this-databases-was!',
    OPERATOR_EMAIL: '',
  }
  const { code, checks } = await doctor(faults)
  if (process.env.SHOW)
    process.stderr.write((await runCliProcess(['doctor'], { ...settings, ...faults }, folder)).stdout)
  expect(code).toBe(1)
  expect(saidOf(checks, 'settings')).toEqual(['wrong: DIGEST_MAX: not understood'])
  expect(checks[0]?.fix).toBe('DIGEST_MAX takes a whole number from 1 to 25')
  expect(saidOf(checks, 'mail server')[0]).toMatch(/^wrong: .*535/)
  expect(saidOf(checks, 'dkim')[0]).toMatch(/^wrong: .*ed25519/)
  expect(saidOf(checks, 'huggingface')[0]).toMatch(/^wrong: does not respond: ECONNREFUSED/)
  expect(saidOf(checks, 'secrets')[0]).toMatch(/^wrong: SUPPRESSION_KEY is not the one/)
  expect(saidOf(checks, 'operator')[0]).toMatch(/^warning/)
  for (const { state, fix } of checks) expect(Boolean(fix)).toBe(state === 'wrong' || state === 'warning')
})

test('continues without a database, and with one that never responds', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((open) => silent.listen(0, '127.0.0.1', open))
  stops.push(async () => silent.close())
  const { port } = silent.address() as AddressInfo
  const examined = async (place: string, what: RegExp) => {
    const begun = performance.now()
    const { code, checks } = await doctor({
      DATABASE_URL: `postgresql://papers:secret-password@${place}/papers`,
    })
    expect(performance.now() - begun).toBeLessThan(40_000) // 20 s of it are the doctor's own
    expect(code).toBe(1)
    expect(saidOf(checks, 'database')[0]).toMatch(what)
    expect(saidOf(checks, 'health')).toEqual(['skipped: the database does not respond'])
    expect(saidOf(checks, 'mail server')[0]).toMatch(/^ok/)
    expect(saidOf(checks, 'site')[0]).toMatch(/^ok/)
    expect(JSON.stringify(checks)).not.toContain('secret-password')
  }
  await Promise.all([
    examined('127.0.0.1:1', /^wrong: Can't reach database server/),
    examined(`127.0.0.1:${port}`, /^wrong: .*no answer within 10 s/),
  ])
}, 90_000)

test('a proxy that TRUST_PROXY does not name is a warning once a visitor came through it', async () => {
  const [port, upstream] = [await freePort(), await freePort()]
  const changed = {
    BASE_URL: `https://localhost:${port}`,
    PORT: String(upstream),
    TRUST_PROXY: '',
    BOUNCE_LMTP: String(await freePort()),
  }
  const service = await startService(readConfig({ ...settings, ...changed }), ['web'], {
    features: FEATURES,
    log: silentLog,
  })
  const nginx = await startNginx({ certificate, upstream, port })
  // The doctor itself comes through the proxy.
  await doctor(changed)
  const { checks } = await doctor(changed)
  await nginx.stop()
  await service.stop()
  expect(saidOf(checks, 'proxy-untrusted')).toEqual([
    expect.stringMatching(/^warning: Requests have come with X-Forwarded-For since .*TRUST_PROXY is empty/),
  ])
  const trusting = await startService(
    readConfig({ ...settings, BOUNCE_LMTP: String(await freePort()), PORT: String(await freePort()) }),
    ['web'],
    { features: FEATURES, log: silentLog },
  )
  await trusting.stop()
  expect(saidOf((await doctor()).checks, 'proxy-untrusted')).toEqual([])
}, 60_000)

test('a certificate that ends soon, and an authority that is not known', async () => {
  const soon = makeCertificate(['localhost'], { days: 3 })
  const port = await freePort()
  const nginx = await startNginx({ certificate: soon, upstream: Number(settings.PORT), port })
  const changed = { BASE_URL: `https://localhost:${port}` }
  const { checks } = await doctor({ ...changed, NODE_EXTRA_CA_CERTS: soon.ca })
  expect(saidOf(checks, 'https')).toEqual(['warning: certificate good for 2 days'])
  const { checks: unknown } = await doctor(changed)
  expect(saidOf(unknown, 'https')[0]).toMatch(/^wrong: /)
  expect(saidOf(unknown, 'site')[0]).toMatch(/^ok/)
  await nginx.stop()
}, 60_000)

test('names every setting that is missing, each with what it takes, and asks what can be asked', async () => {
  const nothing = { NODE_ENV: 'production', HF_URL: settings.HF_URL! }
  const { code, stdout } = await runCliProcess(
    ['doctor', '--json'],
    nothing,
    mkdtempSync(join(tmpdir(), 'doctor-')),
  )
  const checks: Check[] = JSON.parse(stdout)
  expect(code).toBe(1)
  expect(
    checks.filter(({ check }) => check === 'settings').map(({ found, fix }) => `${found} / ${fix}`),
  ).toEqual(
    [
      ['DATABASE_URL', 'postgresql://user:password@host/database, or the word embedded'],
      ['SMTP_URL', 'the mail server, such as smtp://relay.example.org:587'],
      ['BASE_URL', 'the address of the site, such as https://papers.example.org'],
      ['APP_SECRET', '32 bytes or more, for example from: openssl rand -base64 32'],
      ['SUPPRESSION_KEY', '32 bytes or more, for example from: openssl rand -base64 32'],
      ['MAIL_FROM', 'one email address such as papers@example.org'],
      ['POSTAL_ADDRESS', 'a postal address, on one line'],
    ].map(([name, takes]) => `${name}: required in production / ${name} takes ${takes}`),
  )
  expect(saidOf(checks, 'health')).toEqual(['skipped: DATABASE_URL is wrong: see settings'])
  expect(saidOf(checks, 'huggingface')[0]).toMatch(/^ok/)
})
