import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { HTML_BUDGET } from '../../../../src/emails/join-digest.ts'
import { openEmails } from '../../../../src/emails/render-emails.ts'
import { buildMime, toOutgoingMail } from '../../../../src/mail/smtp/build-mime.ts'
import {
  anyMails,
  buildRightly,
  builtFaults,
  DIGEST_FIELDS,
  faultsOfBytes,
  foreignMarkup,
} from '../../../support/built-emails.ts'
import { dkimVerifies } from '../../../support/dkim-verifies.ts'
import {
  anyDigest,
  anyText,
  digest,
  digestMessage,
  paper,
  samples,
  sender,
  site,
} from '../../../support/emails.ts'
import { recordedDay, recordedDays, recordingsAre } from '../../../support/recorded-days.ts'
import { hasPython, parseStrictly } from '../../../support/strict-parser.ts'
import { testData } from '../../../support/test-data.ts'

const emails = await openEmails(site)
const privateKey = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
const dkim = { domain: 'papers.example.org', selector: 's1', privateKey }

const headOf = (raw: Buffer): string => raw.toString('latin1').split('\r\n\r\n', 1)[0]!
const digestMail = (email = emails.digest(samples.digest)) => toOutgoingMail(digestMessage, email, sender)

test('a message has the same bytes when it is built again, with the same signature', async () => {
  const [one, two] = await Promise.all([buildMime(digestMail(), dkim), buildMime(digestMail(), dkim)])
  expect(one).toEqual(two)
})

test('both parts of a message are read as they were written, text first', async () => {
  const email = emails.digest(samples.digest)
  const raw = await buildMime(digestMail(email))
  const types = [...raw.toString().matchAll(/^Content-Type: (text\/\w+)/gm)].map(([, type]) => type)
  expect(types).toEqual(['text/plain', 'text/html'])
  const { text, html, attachments } = await simpleParser(raw)
  expect(text).toBe(email.text)
  expect(html).toBe(email.html!.replaceAll('\r\n', '\n'))
  expect(attachments).toEqual([])
})

test('a message without HTML has one part of plain text', async () => {
  const raw = await buildMime(digestMail(emails.digest({ ...samples.digest, format: 'text' })))
  expect(headOf(raw)).toContain('\r\nContent-Type: text/plain; charset=utf-8')
  expect(raw.toString()).not.toContain('multipart')
})

describe('DKIM', async () => {
  const raw = await buildMime(digestMail(), dkim)

  test('verifies', () => expect(dkimVerifies(raw, createPublicKey(privateKey))).toBe(true))
  test.each([
    'from',
    'to',
    'reply-to',
    'subject',
    'date',
    'message-id',
    'list-id',
    'list-unsubscribe',
    'list-unsubscribe-post',
    'feedback-id',
    'auto-submitted',
  ])('covers %s', (name) => {
    const fields = /\bh=([^;]*);/.exec(headOf(raw))?.[1]?.replace(/\s/g, '').split(':')
    expect(fields).toContain(name)
  })
})

describe('header injection', () => {
  const evil = 'x\r\nBcc: eve@evil.example\r\n\r\nbody'
  test.each([
    ['a topic', { content: { sections: [{ topic: evil, papers: [paper()] }] } }, {}],
    [
      'a title',
      {
        content: { sections: [{ topic: null, papers: [paper({ title: [{ text: evil, marked: true }] })] }] },
      },
      {},
    ],
    ['the name of the site', {}, { siteName: evil }],
    ['the name of the sender', {}, { name: evil }],
    ['the unsubscribe link', { link: `https://papers.example.org/u/${evil}` }, {}],
  ] as [string, { content?: object; link?: string }, object][])('through %s', async (_what, input, from) => {
    const message = { ...digestMessage, unsubscribeUrl: input.link ?? digestMessage.unsubscribeUrl }
    const email = emails.digest(digest(input.content))
    const raw = await buildMime(toOutgoingMail(message, email, { ...sender, ...from }))
    expect(faultsOfBytes(raw)).toEqual([])
    const names = headOf(raw)
      .split(/\r\n(?! )/)
      .map((field) => field.split(':', 1)[0])
    expect(names).toEqual(DIGEST_FIELDS)
  })
})

test('400 digests of any text are read as they were written, by two parsers', async () => {
  if (!hasPython) console.log('Not read by Python: no python3 on this machine')
  const mails = await anyMails(400, 20261124)
  const { faults } = await builtFaults(mails, buildRightly, { strictly: hasPython })
  expect(faults).toEqual([])
}, 120_000)

test('the encoded size of a digest is within the estimate', () => {
  const wide = fc.oneof(
    anyText,
    fc.nat({ max: 2_000 }).map((length) => '大 '.repeat(length)),
  )
  return fc.assert(
    fc.asyncProperty(anyDigest(25, wide), async (email) => {
      const { subject, html, text } = emails.digest(email)
      const raw = (await buildMime(digestMail({ subject, html, text }))).toString('latin1')
      const part = raw.slice(raw.indexOf('\r\n\r\n', raw.indexOf('Content-Type: text/html')) + 4)
      expect(part.lastIndexOf('\r\n--')).toBeLessThanOrEqual(html!.length)
      expect(html!.length).toBeLessThan(HTML_BUDGET)
    }),
    { numRuns: 60 },
  )
})

interface RealPaper {
  id: string
  title: string
  summary: string
  authors: (string | { name: string })[]
}

/** Recorded days, those in TEST_DATA if there are some, each as its 25 papers with the longest abstracts. */
function realDays(): RealPaper[][] {
  const daily = recordedDays('daily').map((day) =>
    (recordedDay('daily', day) as { paper: RealPaper }[]).map(({ paper }) => paper),
  )
  const folder = testData('papers')
  const archives = folder ? readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz')) : []
  const archived = archives.map((name): RealPaper[] => {
    const lines = gunzipSync(readFileSync(join(folder!, name)))
      .toString()
      .trim()
      .split('\n')
    return lines.map((line) => JSON.parse(line))
  })
  return [...daily, ...archived].map((papers) =>
    papers.toSorted((a, b) => b.summary.length - a.summary.length).slice(0, 25),
  )
}

const wholeAbstracts = (papers: RealPaper[]) =>
  digest({
    sections: [
      {
        topic: 'everything',
        topicId: 31,
        papers: papers.map(({ id, title, summary, authors }) =>
          paper({
            title: [{ text: title, marked: false }],
            path: `/papers/${id}`,
            authors: authors.map((author) => (typeof author === 'string' ? author : author.name)),
            snippet: [{ text: summary, marked: false }],
          }),
        ),
      },
    ],
    more: 11,
  })

test('digests of the fullest recorded days have whole abstracts, within the budget', async () => {
  const days = realDays()
  console.log(`Read ${days.length} days of papers: ${recordingsAre}`)
  const raws: Buffer[] = []
  for (const day of days) {
    const input = wholeAbstracts(day)
    const email = emails.digest(input)
    const raw = await buildMime(digestMail(email), dkim)
    expect(faultsOfBytes(raw)).toEqual([])
    expect(foreignMarkup(email.html!)).toEqual([])
    expect(email.html!.length).toBeLessThan(HTML_BUDGET)
    expect(email.html!.match(/<h3/g)).toHaveLength(
      input.content.sections.flatMap(({ papers }) => papers).length,
    )
    expect(email.html).toContain('1 Example Street')
    raws.push(raw)
  }
  if (hasPython) expect((await parseStrictly(raws)).flatMap(({ defects }) => defects)).toEqual([])
}, 60_000)
