import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { DAY_MS } from '../../../../src/core/dates.ts'
import type { ServiceDeps } from '../../../../src/core/deps.ts'
import type { Fault } from '../../../../src/core/errors.ts'
import { withFailureTracking } from '../../../../src/core/failure-tracking.ts'
import { openIncidents } from '../../../../src/core/incident.repo.ts'
import { fetchMailbox } from '../../../../src/features/imap/fetch-mailbox.ts'
import { imap } from '../../../../src/features/imap/index.ts'
import { returnAddress } from '../../../../src/subscribers/return-address.ts'
import { makeCertificate } from '../../../support/certificates.ts'
import { type Dovecot, noDovecot, PASSWORD, startDovecot, USER } from '../../../support/dovecot.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite()
let dovecot: Dovecot
let folder = ''
let folders = 0
beforeAll(async () => {
  if (noDovecot) return
  dovecot = await startDovecot(makeCertificate(['localhost']))
})
afterAll(() => dovecot?.stop())
beforeEach((context) => {
  if (noDovecot) context.skip(noDovecot)
  folder = `Returned ${folders++}`
  site.logged.length = 0
})

const DOMAIN = 'bounce.papers.example'
const login = { BOUNCE_IMAP_USER: USER, BOUNCE_IMAP_PASSWORD: PASSWORD, BOUNCE_DOMAIN: DOMAIN }

/** The service with a mailbox; `at` is its URL. */
function deps(settings: Record<string, string> = {}, at = `imap://127.0.0.1:${dovecot.port}`): ServiceDeps {
  const BOUNCE_IMAP = `${at}/${encodeURIComponent(folder)}`
  return { ...site.deps, config: readConfig({ ...login, BOUNCE_IMAP, ...settings }, [imap]) }
}

const mail = (n: number, head = '') =>
  Buffer.from(`${head}From: mx@example\r\nSubject: Returned ${n}\r\n\r\nNumber ${n}\r\n`)

const append = (raw: Buffer, { daysAgo = 0, flags = [] as string[] } = {}) =>
  dovecot.asUser(folder, (client) =>
    client.append(folder, raw, flags, new Date(site.clock.now().getTime() - daysAgo * DAY_MS)),
  )

const kept = async (): Promise<string[]> =>
  (await site.db.report.findMany({ orderBy: { id: 'asc' } })).map(({ raw }) => Buffer.from(raw!).toString())

const recipients = async () =>
  (await site.db.report.findMany({ orderBy: { id: 'asc' } })).map(({ channel: way, recipient }) => [
    way,
    recipient,
  ])

const bounceTo = () => {
  const [secret = ''] = readConfig({}).APP_SECRET
  return returnAddress({ purpose: 'bounce', id: 'AAECAwQFBgcICQoL' }, secret, DOMAIN)
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    expect((error as Fault).message).not.toContain(USER)
    expect((error as Fault).message).not.toContain(PASSWORD)
    return (error as Fault).code
  }
  return 'none'
}

describe('`fetchMailbox`', () => {
  test('stores emails once, byte for byte, oldest first; a second run stores nothing', async () => {
    await append(mail(1))
    await append(mail(2))
    expect(await fetchMailbox(deps())).toBe(2)
    expect(await kept()).toEqual([mail(1).toString(), mail(2).toString()])
    expect(await fetchMailbox(deps())).toBe(0)
    await append(mail(3))
    expect(await fetchMailbox(deps())).toBe(1)
    expect(await kept()).toEqual([1, 2, 3].map((n) => mail(n).toString()))
  })

  test('leaves the emails in the mailbox unmarked, in their folder and uncounted', async () => {
    await append(mail(1))
    await append(mail(2), { flags: ['\\Flagged'] })
    const look = () =>
      dovecot.asUser(folder, async (client) => {
        const all = await client.fetchAll('1:*', { uid: true, flags: true })
        const status = await client.status(folder, {
          messages: true,
          unseen: true,
          uidNext: true,
          recent: true,
        })
        return {
          flags: all.map(({ uid, flags }) => [uid, [...flags!].filter((flag) => flag !== '\\Recent')]),
          ...status,
        }
      })
    const before = await look()
    await fetchMailbox(deps())
    expect({ ...(await look()), recent: 0 }).toEqual({ ...before, recent: 0 })
    expect(before.unseen).toBe(2)
  })

  test('skips emails older than a week the first time', async () => {
    await append(mail(1), { daysAgo: 30 })
    await append(mail(2), { daysAgo: 7.1 })
    await append(mail(3), { daysAgo: 6.9 })
    expect(await fetchMailbox(deps())).toBe(1)
    expect(await kept()).toEqual([mail(3).toString()])
  })

  test('reads emails in batches if a server limits the command length', async () => {
    await append(mail(1))
    const almostAWeek = new Date(site.clock.now().getTime() - 7.4 * DAY_MS)
    for (let n = 0; n < 13_000; n++) {
      const file = join(dovecot.folderOf(folder), 'cur', `${1_700_000_000 + n}.x${n}.host:2,`)
      writeFileSync(file, mail(n + 2))
      utimesSync(file, almostAWeek, almostAWeek)
    }
    expect(await fetchMailbox(deps())).toBe(1)
  })

  test('reads old emails that arrive later, as an empty folder has a position too', async () => {
    await append(mail(1), { daysAgo: 30 })
    expect(await fetchMailbox(deps())).toBe(0)
    await append(mail(2), { daysAgo: 30 })
    expect(await fetchMailbox(deps())).toBe(1)
    expect(await kept()).toEqual([mail(2).toString()])
  })

  test('cuts off emails larger than two megabytes', async () => {
    await append(Buffer.concat([mail(1), Buffer.alloc(3_000_000, 'x')]))
    expect(await fetchMailbox(deps())).toBe(1)
    expect((await site.db.report.findFirst())!.bytes).toBe(2_000_000)
  })

  test('skips emails that were deleted', async () => {
    for (const n of [1, 2, 3]) await append(mail(n))
    await dovecot.asUser(folder, (client) => client.messageDelete('2'))
    expect(await fetchMailbox(deps())).toBe(2)
    expect(await kept()).toEqual([mail(1).toString(), mail(3).toString()])
  })
})

describe('the recipient of an email', () => {
  const to = bounceTo()
  test.each([
    ['Delivered-To', `Delivered-To: ${to}\r\n`, to],
    ['X-Original-To', `X-Original-To: ${to.toUpperCase()}\r\n`, to],
    ['Envelope-To, folded', `Envelope-To:\r\n <${to}>\r\n`, to],
    ['To, with a name', `Delivered-To: ${USER}\r\nTo: "Papers, returned" <${to}>\r\n`, to],
    ['an unknown recipient', `To: ${USER}\r\n`, null],
    ['another domain', `To: ${to.replace(DOMAIN, 'other.example')}\r\n`, null],
    ['a forged token', `To: ${to.replace(/.@/, (end) => (end[0] === '0' ? '1@' : '0@'))}\r\n`, null],
    ['somewhere in the body', `X: y\r\n\r\nTo: ${to}\r\n`, null],
  ])('%s', async (_what, head, recipient) => {
    await append(mail(1, head))
    await fetchMailbox(deps())
    expect(await recipients()).toEqual([['imap', recipient]])
  })

  test('is unknown without BOUNCE_DOMAIN', async () => {
    await append(mail(1, `Delivered-To: ${to}\r\n`))
    await fetchMailbox(deps({ BOUNCE_DOMAIN: '' }))
    expect(await recipients()).toEqual([['imap', null]])
  })
})

describe('the position', () => {
  test('restarts with new UIDs; known emails are recognised by their hash', async () => {
    await append(mail(1))
    await append(mail(2))
    await fetchMailbox(deps())
    const before = await site.db.mailboxPosition.findFirstOrThrow()
    await dovecot.asUser('INBOX', (client) => client.mailboxDelete(folder))
    await append(mail(2))
    expect(await fetchMailbox(deps())).toBe(1)
    const after = await site.db.mailboxPosition.findFirstOrThrow()
    expect(after.uidValidity).not.toBe(before.uidValidity)
    expect(after.uid).toBe(1n)
    expect(await site.db.report.count()).toBe(2)
    await append(mail(3))
    await fetchMailbox(deps())
    expect(await site.db.report.count()).toBe(3)
  })

  test('does not advance past an email that could not be stored', async () => {
    await append(mail(1))
    await append(mail(2))
    const refusing = { ...site.deps.queue, nudge: () => Promise.reject(new Error('no queue')) }
    await expect(fetchMailbox({ ...deps(), queue: refusing })).rejects.toThrow('no queue')
    expect(await site.db.mailboxPosition.count()).toBe(0)
    expect(await fetchMailbox(deps())).toBe(2)
    expect(await site.db.report.count()).toBe(2)
  })

  test('is advanced by one of two concurrent runs, and every email is stored', async () => {
    for (let n = 1; n <= 10; n++) await append(mail(n))
    await Promise.all([fetchMailbox(deps()), fetchMailbox(deps())])
    expect(await site.db.report.count()).toBe(10)
    expect((await site.db.mailboxPosition.findFirstOrThrow()).uid).toBe(10n)
    expect(await fetchMailbox(deps())).toBe(0)
  })

  test('is stored per folder and user', async () => {
    await append(mail(1))
    await fetchMailbox(deps())
    folder = `Returned ${folders++}`
    await append(mail(2))
    expect(await fetchMailbox(deps())).toBe(1)
    expect(await site.db.mailboxPosition.count()).toBe(2)
  })
})

describe('`fetchMailbox`, if it is stopped,', () => {
  test('does nothing without BOUNCE_IMAP', async () => expect(await fetchMailbox(site.deps)).toBe(0))

  test('fails with a wrong password, a missing folder or an unreachable server', async () => {
    await append(mail(1))
    expect(await codeOf(fetchMailbox(deps({ BOUNCE_IMAP_PASSWORD: 'another' })))).toBe('mailbox.refused')
    folder = 'Nowhere'
    expect(await codeOf(fetchMailbox(deps()))).toBe('mailbox.no-folder')
    expect(await codeOf(fetchMailbox(deps({}, 'imap://127.0.0.1:1')))).toBe('mailbox.unreachable')
    expect(await site.db.mailboxPosition.count()).toBe(0)
  }, 20_000)

  test('tries a wrong password twice, and then once in a quarter of an hour', async () => {
    await append(mail(1))
    const wrong = deps({ BOUNCE_IMAP_PASSWORD: 'another' })
    const tries: number[] = []
    for (let minute = 0; minute < 40; minute++) {
      await withFailureTracking(wrong, 'fetch-mailbox', () => fetchMailbox(wrong), { restMs: 15 * 60_000 })
      tries.push(site.logged.filter((line) => line.includes('nudge.failed')).length)
      site.clock.moveTo(new Date(site.clock.now().getTime() + 60_000))
    }
    expect(tries.at(-1)).toBeLessThanOrEqual(4)
    expect(await openIncidents(site.db)).toMatchObject([
      { name: 'work fetch-mailbox', what: 'mailbox.refused' },
    ])
    site.clock.moveTo(new Date(site.clock.now().getTime() + 15 * 60_000))
    const right = deps()
    await withFailureTracking(right, 'fetch-mailbox', () => fetchMailbox(right), { restMs: 15 * 60_000 })
    expect(await openIncidents(site.db)).toEqual([])
  }, 60_000)

  test('does not fail if it ends in the middle, and the next run continues', async () => {
    for (let n = 1; n <= 15; n++) await append(mail(n))
    const stopping = new AbortController()
    const queue = { ...site.deps.queue, nudge: async () => stopping.abort() }
    const before = await fetchMailbox({ ...deps(), queue }, { signal: stopping.signal })
    expect(before).toBeLessThan(15)
    await fetchMailbox(deps())
    expect(await site.db.report.count()).toBe(15)
    expect(await fetchMailbox(deps(), { signal: AbortSignal.abort() })).toBe(0)
  })

  test('fails if a run makes no progress in its time', async () => {
    await append(mail(1))
    expect(await codeOf(fetchMailbox(deps(), { maxMs: 1 }))).toBe('mailbox.unreachable')
  })
})

describe('TLS', () => {
  const of = (port: () => number, scheme: string, tls: string) => () => {
    const BOUNCE_IMAP = `${scheme}://localhost:${port()}/${encodeURIComponent(folder)}?tls=${tls}`
    return { ...site.deps, config: readConfig({ ...login, BOUNCE_IMAP }, [imap]) }
  }
  const plain = () => dovecot.port
  const secure = () => dovecot.tlsPort
  test.each([
    ['imaps, any certificate', of(secure, 'imaps', 'require'), 1],
    ['STARTTLS, any certificate', of(plain, 'imap', 'require'), 1],
    ['none', of(plain, 'imap', 'off'), 1],
    ['whatever there is', of(plain, 'imap', 'any'), 1],
  ])('%s', async (_what, made, mails) => {
    await append(mail(1))
    expect(await fetchMailbox(made())).toBe(mails)
  })
  test.each([
    ['imaps', of(secure, 'imaps', 'verify')],
    ['STARTTLS', of(plain, 'imap', 'verify')],
  ])('refuses %s with a self-signed certificate, and sends no password', async (_what, made) => {
    await append(mail(1))
    expect(await codeOf(fetchMailbox(made()))).toBe('mailbox.unreachable')
    expect(await site.db.report.count()).toBe(0)
  })
})
