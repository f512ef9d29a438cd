import { simpleParser } from 'mailparser'
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import type { NoMatchesMessage } from '../../../src/digests/no-matches.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { FEATURES } from '../../../src/features/index.ts'
import type { TakenMessage } from '../../../src/mail/message.ts'
import { type LinkPurpose, readLink, secretId } from '../../../src/subscribers/links.ts'
import type { SignupEmailContent } from '../../../src/subscribers/record-signup-request.ts'
import type { GoodbyeMessage, LinkMessage } from '../../../src/subscribers/transactional-message.ts'
import { useDatabase } from '../../support/database.ts'
import { samples } from '../../support/emails.ts'
import { textOf } from '../../support/site.ts'

const database = useDatabase()
const FRESH = 'fresh-secret-of-at-least-32-bytes-!!'
const OLD = 'older-secret-of-at-least-32-bytes-!!'
const at = new Date('2026-11-24T07:00:00Z')

const composer = () =>
  openComposer({
    config: readConfig({ BASE_URL: 'https://papers.example', APP_SECRET: `${FRESH},${OLD}` }),
    clock: stoppedClock(at),
    features: FEATURES,
    log: silentLog,
    db: database.db,
    databaseUrl: database.url,
  })

const message = (kind: string, content: object | null): TakenMessage => ({
  id: 'bWVzc2FnZS1pZC0x',
  localDate: '2026-11-24',
  batchId: 1,
  kind,
  subscriberId: 'c3Vic2NyaWI',
  digestId: null,
  toAddress: 'ann@reader.example',
  secretId: secretId(OLD),
  content,
  datedAt: at,
  deadline: new Date('2026-11-26T07:00:00Z'),
  digestContent: null,
  attempts: 1,
  uncertainBefore: false,
})

const goodbye: GoodbyeMessage = { epoch: 3, zone: 'Asia/Tokyo', format: 'html' }
const { manageUrl: _, unsubscribeUrl: __, ...said } = samples.note
const note: NoMatchesMessage = { ...said, epoch: 3, localDate: '2026-11-24' }

/** What the links of one purpose in the text of an email contain. */
function linksIn(text: string | undefined, purpose: LinkPurpose) {
  const tokens = [...text!.matchAll(new RegExp(`https://papers\\.example/${purpose}/(\\S+)`, 'g'))]
  return tokens.map(([, token = '']) => readLink(token, purpose, [OLD], at))
}

test('a goodbye has a link that subscribes again, with the epoch of its row, and no List header fields', async () => {
  const { raw } = await (await composer())(message('goodbye', goodbye))
  const mail = await simpleParser(raw)
  const link = { purpose: 'resubscribe', id: 'c3Vic2NyaWI', epoch: 3, issuedAt: at }
  expect(linksIn(mail.text, 'resubscribe')).toEqual([link])
  expect(mail.headers.has('list')).toBe(false)
  expect(mail.headers.get('feedback-id')).toMatch(/^goodbye:/)
  expect(mail.text).toMatch(/24\sNov\s2026,\s16:00\s\(Asia\/Tokyo\)/)
})

const signup: SignupEmailContent = {
  topics: [{ name: 'robot', query: 'robot' }],
  zone: 'UTC',
  hour: 8,
  days: ['mon'],
  maxPapers: 15,
  format: 'html',
  detail: 'full',
  related: true,
  askedAt: at.toISOString(),
  signupId: 7,
}
const requestedLink: LinkMessage = { epoch: 3, zone: 'Asia/Tokyo', format: 'html' }

test.each([
  ['confirmation', signup, '1 Dec 2026, 07:00 (UTC)'],
  ['add-topics', signup, '1 Dec 2026, 07:00 (UTC)'],
  ['goodbye', goodbye, '24 Dec 2026, 16:00 (Asia/Tokyo)'],
  ['account-link', requestedLink, '25 Nov 2026, 16:00 (Asia/Tokyo)'],
  ['new-address', requestedLink, '25 Nov 2026, 16:00 (Asia/Tokyo)'],
])(
  'an email of kind %s says until when its link is valid, in the zone of its reader',
  async (kind, content, end) => {
    const { raw } = await (await composer())(message(kind, content))
    const mail = await simpleParser(raw)
    expect(mail.text!.replace(/\s+/g, ' ')).toContain(end)
    expect(textOf(String(mail.html))).toContain(end)
  },
)

test('the email without matches links to the settings and to unsubscribing, and allows one click', async () => {
  const { raw } = await (await composer())(message('note', note))
  const mail = await simpleParser(raw)
  expect(linksIn(mail.text, 'manage')).toMatchObject([{ id: 'c3Vic2NyaWI', epoch: 3 }])
  expect(linksIn(mail.text, 'unsubscribe')).toMatchObject(Array(3).fill({ id: 'c3Vic2NyaWI' }))
  const list = mail.headers.get('list') as unknown as { unsubscribe: { url: string } }
  expect(mail.text).toContain(list.unsubscribe.url)
  expect(raw.toString()).toContain('\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n')
  expect(mail.headers.get('feedback-id')).toMatch(/^note:/)
})

test.each([
  ['goodbye', goodbye],
  ['note', note],
])(
  'a message of kind %s has the same bytes at each attempt, and is not composed without content',
  async (kind, content) => {
    const [first, second] = [await composer(), await composer()]
    const once = await first(message(kind, content))
    expect((await second({ ...message(kind, content), attempts: 2 })).raw).toEqual(once.raw)
    await expect(first(message(kind, null))).rejects.toMatchObject({ code: 'message.without-content' })
  },
)
