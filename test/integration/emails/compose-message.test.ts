import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { FEATURES } from '../../../src/features/index.ts'
import type { TakenMessage } from '../../../src/mail/message.ts'
import { readLink, secretId } from '../../../src/subscribers/links.ts'
import { useDatabase } from '../../support/database.ts'

const database = useDatabase()
const FRESH = 'fresh-secret-of-at-least-32-bytes-!!'
const OLD = 'older-secret-of-at-least-32-bytes-!!'
const at = new Date('2026-11-24T07:00:00Z')

const keyFile = join(mkdtempSync(join(tmpdir(), 'dkim-')), 'key.pem')
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))

const depsWith = (settings: Record<string, string>): Deps => ({
  config: readConfig({ BASE_URL: 'https://papers.example', APP_SECRET: `${FRESH},${OLD}`, ...settings }),
  clock: stoppedClock(at),
  features: FEATURES,
  log: silentLog,
  db: database.db,
  databaseUrl: database.url,
})

const confirmation: TakenMessage = {
  id: 'bWVzc2FnZS1pZC0x',
  localDate: '2026-11-24',
  batchId: 1,
  kind: 'confirmation',
  subscriberId: 'c3Vic2NyaWI',
  digestId: null,
  toAddress: 'ann@reader.example',
  secretId: secretId(OLD),
  content: {
    topics: [{ name: 'attention', query: 'attention' }],
    zone: 'Asia/Tokyo',
    hour: 8,
    days: ['tue'],
    maxPapers: 15,
    format: 'html',
    detail: 'full',
    signupId: 17,
    askedAt: at.toISOString(),
  },
  datedAt: at,
  deadline: new Date('2026-11-26T07:00:00Z'),
  digestContent: null,
  attempts: 1,
  uncertainBefore: false,
}

test('a confirmation has a valid link, signed with the secret of its row', async () => {
  const compose = await openComposer(depsWith({}))
  const { raw, to } = await compose(confirmation)
  expect(to).toBe('ann@reader.example')
  const mail = await simpleParser(raw)
  const token = mail.text?.match(/https:\/\/papers\.example\/confirm\/(\S+)/)?.[1] ?? ''
  expect(readLink(token, 'confirm', [OLD], at)).toMatchObject({ id: '17' })
  expect(mail.headers.has('list')).toBe(false)
})

test('a message has the same bytes each time it is composed, also with DKIM', async () => {
  const dkim = { DKIM_DOMAIN: 'papers.example', DKIM_SELECTOR: 's1', DKIM_KEY_FILE: keyFile }
  for (const settings of [{}, dkim]) {
    const [first, second] = await Promise.all([
      openComposer(depsWith(settings)),
      openComposer(depsWith(settings)),
    ])
    const once = await first(confirmation)
    expect((await second({ ...confirmation, attempts: 2, uncertainBefore: true })).raw).toEqual(once.raw)
    expect(once.raw.toString().includes('DKIM-Signature:')).toBe('DKIM_DOMAIN' in settings)
  }
})

test('`openComposer` fails with a key that cannot sign', async () => {
  writeFileSync(`${keyFile}.bad`, 'no key')
  const bad = { DKIM_DOMAIN: 'papers.example', DKIM_SELECTOR: 's1', DKIM_KEY_FILE: `${keyFile}.bad` }
  await expect(openComposer(depsWith(bad))).rejects.toMatchObject({ code: 'dkim.cannot-sign' })
})

test.each([
  ['a digest that does not exist', { kind: 'digest', digestId: 404, content: null }],
  ['a confirmation without content', { content: null }],
  ['an unknown kind', { kind: 'carrier-pigeon' }],
])('%s cannot be composed', async (_what, changes) => {
  const compose = await openComposer(depsWith({}))
  await expect(compose({ ...confirmation, ...changes })).rejects.toMatchObject({
    code: 'message.without-content',
  })
})
