import { describe, expect, test } from 'vitest'
import { words } from '../../src/i18n/words.ts'
import { type Composed, docker, useCompose } from '../support/compose.ts'
import { until } from '../support/until.ts'

const STOPPED_WITHIN_MS = 10_000
const ADDRESS = 'newcomer@reader.example'
const PAPERS = [
  { title: 'Quokka attention is linear', summary: 'Quokkas attend in linear time.', id: '2507.99001' },
]
/** Late enough for a confirmation of today, in any zone. */
const TOMORROW = new Date(Date.now() + 24 * 3600_000).toISOString().slice(0, 10)

let compose: Composed

useCompose(
  async () => ({}),
  async (opened) => {
    compose = opened
    await compose.must(['up', '--detach', '--build', '--wait', 'demo'])
  },
)

const command = (...args: string[]) => ['exec', '--no-TTY', 'demo', 'daily-papers', ...args]

async function inspect(format: string, service = 'demo'): Promise<string> {
  const id = await compose.must(['ps', '--all', '--quiet', service])
  return (await docker('inspect', '--format', format, id)).stdout.trim()
}

async function pageOf(address: string): Promise<string> {
  return (await fetch(address)).text()
}

/** The text part of an email whose subject begins like this, once it is in the mailbox. */
async function emailThatBegins(subject: string): Promise<string> {
  const link = await until(`an email that begins with ${subject}`, async () => {
    const list = await pageOf(compose.mailbox)
    return list.match(new RegExp(`href="(/mails/\\d+)">${subject}`))?.[1]
  })
  return pageOf(`${compose.mailbox}${link}`)
}

const linkIn = (mail: string, route: string): string =>
  mail.match(new RegExp(`${compose.site}/${route}/[\\w-]+`))?.[0] ?? `no link to ${route}`

const post = (address: string, fields: Record<string, string>) =>
  fetch(address, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })

describe('docker compose up demo', { timeout: 60_000 }, () => {
  test('is healthy, runs without privileges, and cannot write its own files', async () => {
    expect(await inspect('{{.State.Health.Status}}')).toBe('healthy')
    expect(await compose.must(['exec', '--no-TTY', 'demo', 'id', '-u'])).toBe('1000')
    const { code, stderr } = await compose.run(['exec', '--no-TTY', 'demo', 'touch', '/app/src/main.ts'])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Read-only|denied/)])
  })

  test('sends a digest after a sign-up, and unsubscribes by its link', async () => {
    const topic = 'quokka'
    expect((await post(`${compose.site}/subscribe`, { email: ADDRESS, topic })).status).toBe(303)
    const confirm = linkIn(
      await emailThatBegins(words.emails.confirmation.subject.split(' {')[0]!),
      'confirm',
    )
    expect((await post(confirm, {})).status).toBe(303)
    await compose.must(command('papers', 'import', '/dev/stdin', '--date', TOMORROW), JSON.stringify(PAPERS))
    const ran = await compose.must(command('digests', 'run', '--now', `${TOMORROW}T23:30:00Z`, '--json'))
    expect(JSON.parse(ran)).toMatchObject({ planned: 1, accepted: 1 })
    const digest = await emailThatBegins('Quokka attention')
    expect(digest).toContain('Quokka attention is linear')

    const unsubscribe = linkIn(digest, 'unsubscribe')
    expect((await post(unsubscribe, { 'List-Unsubscribe': 'One-Click' })).status).toBe(200)
    const shown = await compose.must(command('subscribers', 'show', ADDRESS, '--json'))
    expect(JSON.parse(shown)).toMatchObject({ state: 'unsubscribed' })
  })

  test('has a mailbox that production cannot reach', async () => {
    const services = (await compose.must(['config', '--services'])).split('\n')
    expect(services.sort()).toEqual(['app', 'db'])
    const find = `require('node:dns').lookup('mailbox', (error) => console.log(error?.code ?? 'found'))`
    const output = await compose.must(['run', '--rm', '--no-deps', 'app', 'node', '--eval', find])
    expect(output).toMatch(/ENOTFOUND|EAI_AGAIN/)
    expect(await compose.must(['exec', '--no-TTY', 'demo', 'node', '--eval', find])).toContain('found')
  })

  test('has an image that lists all missing settings and exits with 2', async () => {
    const { code, stderr } = await docker('run', '--rm', 'daily-papers')
    expect(code).toBe(2)
    const required = ['DATABASE_URL', 'SMTP_URL', 'BASE_URL', 'APP_SECRET', 'SUPPRESSION_KEY', 'MAIL_FROM']
    for (const name of [...required, 'POSTAL_ADDRESS']) expect(stderr).toContain(`${name}: required`)
  })

  test('stops at once and cleanly', async () => {
    const begun = performance.now()
    await compose.must(['stop', 'demo'])
    expect(performance.now() - begun).toBeLessThan(STOPPED_WITHIN_MS)
    expect(await inspect('{{.State.ExitCode}}')).toBe('0')
    expect(await compose.must(['logs', '--no-log-prefix', 'demo'])).toContain('service.stopped')
  })

  test('has a database that starts again, with five privileges, and cannot write its own files', async () => {
    await compose.must(['restart', 'demo-db'])
    await until('the database is healthy', async () => {
      return (await inspect('{{.State.Health.Status}}', 'demo-db')) === 'healthy' || undefined
    })
    const privileges = await inspect('{{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}}', 'demo-db')
    // Newer engines write CAP_CHOWN.
    expect(privileges.replaceAll('CAP_', '')).toBe('[ALL] [CHOWN DAC_OVERRIDE FOWNER SETGID SETUID]')
    const touch = ['exec', '--no-TTY', 'demo-db', 'touch', '/usr/local/bin/docker-entrypoint.sh']
    const { code, stderr } = await compose.run(touch)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Read-only/)])
  })
})
