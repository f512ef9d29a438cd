import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { type Composed, type ComposeOptions, docker, useCompose } from '../support/compose.ts'
import { eventually } from '../support/until.ts'

const PROFILE = ['--profile', 'split']
const PARTS = { db: 1, pgbouncer: 1, relay: 1, schedule: 1, web: 2, worker: 2 }

const settings = {
  BASE_URL: 'https://papers.example.org',
  APP_SECRET: 'a-secret-for-the-containers-of-32-bytes!',
  SUPPRESSION_KEY: 'a-key-for-the-containers-of-32-bytes-and-more',
  MAIL_FROM: 'papers@papers.example.org',
  POSTAL_ADDRESS: '1 Main Street, Springfield',
  HF_URL: 'http://127.0.0.1:1',
}

/** Settings, which an operator has in .env, and the world's mail server: a mailbox. */
const OVERRIDE = {
  services: {
    ...Object.fromEntries(['web', 'schedule', 'worker'].map((name) => [name, { environment: settings }])),
    world: { profiles: ['split'], image: 'daily-papers-mailbox', networks: ['outside'] },
    relay: { depends_on: { world: { condition: 'service_started' } } },
  },
}

let compose: Composed
let sites: string[]

async function options(): Promise<ComposeOptions> {
  const override = join(mkdtempSync(join(tmpdir(), 'compose-')), 'override.yml')
  writeFileSync(override, JSON.stringify(OVERRIDE)) // JSON is YAML
  const ports = await twoFreePorts()
  sites = ports.map((port) => `http://127.0.0.1:${port}`)
  const env = { WEB_PORTS: ports.join('-'), RELAYHOST: '[world]:1025', SMTP_URL: '', DATABASE_URL: '' }
  return { profile: 'split', override, env }
}

useCompose(options, async (opened) => {
  compose = opened
  await compose.must([...PROFILE, '--profile', 'demo', 'build'])
  // Without --wait, which gives up a process that a busy machine starts slowly.
  await compose.must([...PROFILE, 'up', '--detach', '--scale', 'app=0'])
  for (const site of sites)
    await eventually(async () => (await statusOf(`${site}/ready`)) === 200, { seconds: 300 })
})

async function twoFreePorts(): Promise<[number, number]> {
  const first = await freePort()
  return [first, first + 1]
}

const idsOf = async (service: string): Promise<string[]> =>
  (await compose.must([...PROFILE, 'ps', '--quiet', service])).split('\n').filter(Boolean)

const query = (sql: string): Promise<string> =>
  compose.must(['exec', '--no-TTY', 'db', 'psql', '-U', 'papers', '-tAc', sql])

const statusOf = (url: string, fields?: Record<string, string>) =>
  fetch(url, {
    redirect: 'manual',
    ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
  }).then(
    ({ status }) => status,
    () => undefined,
  )

/** The world's mailbox, where the relay delivers. */
const mailbox = (): Promise<string> =>
  compose.must([
    ...PROFILE,
    'exec',
    '--no-TTY',
    'world',
    'node',
    '--eval',
    `fetch('http://127.0.0.1:8025/').then((page) => page.text()).then(console.log)`,
  ])

async function signUp(site: string, email: string): Promise<void> {
  expect(await statusOf(`${site}/subscribe`, { email, topic: 'quokka' })).toBe(303)
}

describe('docker compose --profile split up', { timeout: 120_000 }, () => {
  test('starts two web processes, a schedule, two workers and what they need', async () => {
    const counts = await Promise.all(
      Object.keys(PARTS).map(async (name) => [name, (await idsOf(name)).length]),
    )
    expect(Object.fromEntries(counts)).toEqual(PARTS)
    expect(await idsOf('app')).toEqual([])
  })

  test('every part runs without privileges that it does not need, on a read-only file system', async () => {
    for (const name of Object.keys(PARTS)) {
      const [id] = await idsOf(name)
      const format =
        '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.HostConfig.Privileged}}'
      const { stdout } = await docker('inspect', '--format', format, id!)
      expect([name, stdout.trim()]).toEqual([name, 'true [ALL] [no-new-privileges:true] false'])
    }
    expect(await compose.must([...PROFILE, 'exec', '--no-TTY', 'pgbouncer', 'id', '-un'])).toBe('postgres')
  })

  test('the web processes reach Postgres only through PgBouncer, the others directly', async () => {
    const clients = `select client_addr || ' ' || count(*) from pg_stat_activity
      where application_name = 'daily-papers running' group by client_addr order by count(*)`
    const rows = (await query(clients)).split('\n').map((line) => line.split(' '))
    expect(rows.map(([, count]) => count)).toEqual(['1', '1', '1', '2'])
    const [id] = await idsOf('pgbouncer')
    const address = await docker(
      'inspect',
      '--format',
      '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
      id!,
    )
    expect(rows.at(-1)![0]).toMatch(new RegExp(`^${address.stdout.trim().replaceAll('.', '\\.')}(/32)?$`))
  })

  test('an email goes from a form through a worker and the relay into the world', async () => {
    await signUp(sites[0]!, 'ann@reader.example')
    await eventually(async () => (await mailbox()).includes('ann@reader.example'))
  })

  test('goes on while one of each is gone, and pages come back with PgBouncer', async () => {
    const killed = async (service: string) => {
      const [id] = await idsOf(service)
      await docker('kill', '--signal', 'KILL', id!)
      return id!
    }
    const gone = [await killed('web'), await killed('worker')]
    const statuses = await Promise.all(sites.map((site) => statusOf(`${site}/ready`)))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    const site = sites[statuses.indexOf(200)]!
    await signUp(site, 'ben@reader.example')
    await eventually(async () => (await mailbox()).includes('ben@reader.example'), { seconds: 60 })
    for (const id of gone) await docker('start', id)

    const pooler = await killed('pgbouncer')
    expect(await statusOf(`${site}/ready`)).toBe(503)
    await docker('start', pooler)
    for (const one of sites)
      await eventually(async () => (await statusOf(`${one}/ready`)) === 200, { seconds: 60 })
  })

  test('the relay keeps what it accepted', async () => {
    const [world] = await idsOf('world')
    await docker('pause', world!)
    await signUp(sites[0]!, 'cem@reader.example')
    const queue = () => compose.must([...PROFILE, 'exec', '--no-TTY', 'relay', 'postqueue', '-p'])
    await eventually(async () => (await queue()).includes('cem@reader.example'))
    const [relay] = await idsOf('relay')
    await docker('kill', '--signal', 'KILL', relay!)
    await docker('unpause', world!)
    await docker('start', relay!)
    await eventually(async () => (await mailbox()).includes('cem@reader.example'), { seconds: 60 })
  })
})
