import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import MailComposer from 'nodemailer/lib/mail-composer'
import { describe, expect, test } from 'vitest'
import { openEmails } from '../../../../src/emails/render-emails.ts'
import {
  buildMime,
  type HeaderInput,
  type OutgoingMail,
  type Sender,
  toOutgoingMail,
} from '../../../../src/mail/smtp/build-mime.ts'
import { withAddition } from '../../../../src/queries/reasons/shown-paper.ts'
import { faultsOfBytes } from '../../../support/built-emails.ts'
import {
  anyDigest,
  digest,
  digestMessage,
  digestReturns,
  paper,
  samples,
  sender,
  site,
} from '../../../support/emails.ts'

const emails = await openEmails(site)

const COUNT = process.env.THOROUGH ? 10_000 : 1_000

/** What nodemailer builds of the same parts. */
function builtByNodemailer(mail: OutgoingMail, raw: Buffer): Promise<Buffer> {
  const { from, to, replyTo, subject, messageId, date, boundary } = mail
  const [, text, html] = raw
    .toString('latin1')
    .split(/\r\n--[^\r]*-Part_1(?:--)?\r\n/)
    .map((part) => ({ raw: part }))
  const headers = Object.entries(mail.headers).map(([key, value]) => ({
    key,
    value: { prepared: true, foldLines: true, value },
  }))
  const fields = { from, to, replyTo, subject, messageId, date, headers, baseBoundary: boundary }
  return new MailComposer({ ...fields, text, html }).compile().build()
}

test(`${COUNT} digests of any text, to any address: what nodemailer builds of the same parts`, async () => {
  const token = (i: number, length: number) => `${i}`.padStart(length, 'Zx0-_')
  const digests = fc.sample(anyDigest(2), { numRuns: COUNT / 4, seed: 20261129 })
  const unfolded = (raw: Buffer) => raw.toString().replace(/\r\n (?=\S)/g, ' ')
  for (let i = 0; i < COUNT; i++) {
    const message: HeaderInput = {
      ...digestMessage,
      id: token(i, 16),
      toAddress: `${'n'.repeat((i % 64) + 1)}${i % 5 === 0 ? '言葉' : ''}@${'d'.repeat(i % 50)}.example`,
      unsubscribeUrl: `https://papers.example.org/unsubscribe/${token(i, 59)}`,
      ...(i % 3 === 0 && { returnAddresses: digestReturns }),
    }
    const mail = toOutgoingMail(message, emails.digest(digests[i % digests.length]!), sender)
    const raw = await buildMime(mail)
    expect(unfolded(raw)).toBe(unfolded(await builtByNodemailer(mail, raw)))
    expect(faultsOfBytes(raw)).toEqual([])
  }
}, 240_000)

describe('a digest in Japanese', async () => {
  const papers = [
    paper({
      title: [{ text: '言語モデルの'.repeat(60), marked: true }],
      snippet: [{ text: '大規模言語モデルを評価する。'.repeat(80), marked: false }],
      authors: ['山田太郎', 'Jörg Müller'],
    }),
  ]
  const input = digest({ sections: [{ topic: '言語モデル', topicId: 31, papers }] })
  const email = emails.digest(input)
  const message = { ...digestMessage, toAddress: '読者@例え.example' }
  const raw = await buildMime(toOutgoingMail(message, email, sender))
  const read = await simpleParser(raw)

  test('has the topic in its subject, which is encoded', () => {
    expect(read.subject).toBe(email.subject)
    expect(email.subject).toContain('言語モデル')
    expect(raw.toString()).toMatch(/\r\nSubject: =\?UTF-8\?/)
  })

  test('has both parts in ASCII with short lines, and as they were written', () => {
    const [, ...parts] = raw.toString('latin1').split('\r\n\r\n')
    expect(parts.join('')).toMatch(/^[\0-\x7f]*$/)
    expect(faultsOfBytes(raw)).toEqual([])
    expect(read.text?.trim()).toBe(email.text.trim())
    expect(read.html).toBe(email.html!.replaceAll('\r\n', '\n'))
    expect(read.html).toContain('&#35328;')
  })

  test('has an address beyond ASCII as it is', () => {
    expect(raw.toString()).toContain('\r\nTo: 読者@例え.example\r\n')
  })

  test('has a domain beyond ASCII as the DNS names it', async () => {
    const toAddress = 'ann@例え.example'
    const plain = await buildMime(toOutgoingMail({ ...digestMessage, toAddress }, email, sender))
    expect(plain.toString('latin1')).toMatch(/^[\0-\x7f]*$/)
    expect(plain.toString()).toContain('\r\nTo: ann@xn--r8jz45g.example\r\n')
  })
})

describe('the header', () => {
  const senders: [string, Partial<Sender>][] = [
    ['a sender named as a sample was', { name: 'SampleSubject to recipient@sample' }],
    ['a sender in Japanese', { name: '論文だより', siteName: '論文だより' }],
    ['a sender with a line end', { name: 'Papers\r\nBcc: eve@evil.example' }],
  ]
  test.each(senders)('is intact with %s', async (_what, changes) => {
    for (const toAddress of ['ann@reader.example', 'bo@reader.example']) {
      const mail = toOutgoingMail({ ...digestMessage, toAddress }, emails.digest(samples.digest), {
        ...sender,
        ...changes,
      })
      const read = await simpleParser(await buildMime(mail))
      expect(read.from?.value).toEqual([mail.from])
      expect(read.to).toMatchObject({ text: toAddress })
      expect(read.subject).toBe(mail.subject)
    }
  })
})

test('a retry has the same bytes, whatever emails were built before', async () => {
  const build = async () =>
    buildMime(toOutgoingMail(digestMessage, (await openEmails(site)).digest(samples.digest), sender))
  const first = await build()
  await buildMime(toOutgoingMail({ ...digestMessage, id: 'B'.repeat(16) }, emails.digest(digest()), sender))
  expect(await build()).toEqual(first)
})

test('a paper for two subscribers has the links of each, from one rendering', () => {
  const papers = [paper()]
  for (const topicId of [31, 2 ** 31 - 1, 32]) {
    const { html, text } = emails.digest(digest({ sections: [{ topic: 'robots', topicId, papers }] }))
    expect(html).toContain(`/topics/${topicId}?paper=7&amp;vote=less`)
    expect(text).toContain('/digest/AAECAwQFBgcICQoL#paper-7\n')
    expect(text).toContain(`/topics/${topicId}?paper=7&edit=topic\n`)
  }
})

test('a near miss for two subscribers has the links of each, from one rendering', () => {
  const shared = paper({ reason: { kind: 'close', terms: ['arms'] } })
  for (const topicId of [31, 2 ** 31 - 1, 32]) {
    const papers = [withAddition(shared, { closeTo: { topic: 'robots', topicId } })]
    const { html } = emails.digest(
      digest({ sections: [{ topic: null, topicId: null, close: true, papers }] }),
    )
    expect(html).toContain(`/topics/${topicId}?paper=7&amp;step=fewer`)
  }
})
