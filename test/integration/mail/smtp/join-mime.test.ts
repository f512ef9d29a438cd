import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openEmails } from '../../../../src/emails/render-emails.ts'
import { encodedSize } from '../../../../src/mail/rendering/encoded-text.ts'
import { buildMime, type HeaderInput, toOutgoingMail } from '../../../../src/mail/smtp/build-mime.ts'
import { openMimeJoiner } from '../../../../src/mail/smtp/join-mime.ts'
import { withCloseTo } from '../../../../src/queries/reasons/shown-paper.ts'
import {
  anyDigest,
  digest,
  digestMessage,
  digestReturns,
  paper,
  samples,
  sender,
  site,
} from '../../../support/mails.ts'

const emails = await openEmails(site)
const joinMime = openMimeJoiner(sender)

const join = (message: HeaderInput, email = samples.digest): string =>
  joinMime(message, emails.joinedDigest(email)).raw.toString('latin1')
const build = async (message: HeaderInput, email = samples.digest): Promise<string> =>
  (await buildMime(toOutgoingMail(message, emails.digest(email), sender))).toString('latin1')

/** nodemailer encodes this many bytes at a time, and may break lines elsewhere around the seam. */
const SLICE = 64 * 1024
const withoutSoftBreaks = (raw: string): string => raw.replaceAll('=\r\n', '')

const COUNT = process.env.THOROUGH ? 10_000 : 2_000

test(`${COUNT} digests of any text: byte for byte as nodemailer builds them`, async () => {
  const token = (i: number, length: number) => `${i}`.padStart(length, 'Zx0-_')
  const digests = fc.sample(anyDigest(4), { numRuns: COUNT / 4, seed: 20261129 })
  let large = 0
  for (let i = 0; i < COUNT; i++) {
    const email = {
      ...digests[i % digests.length]!,
      format: i % 7 === 0 ? ('text' as const) : ('html' as const),
      unsubscribeUrl: `https://papers.example.org/unsubscribe/${token(i, 59)}`,
      manageUrl: `https://papers.example.org/manage/${token(i + 1, 59)}`,
      viewUrl: `https://papers.example.org/digest/${token(i + 2, 62)}`,
    }
    const message: HeaderInput = {
      ...digestMessage,
      id: token(i, 16),
      toAddress: `${'n'.repeat((i % 64) + 1)}@${'d'.repeat(i % 50)}.example`,
      unsubscribeUrl: email.unsubscribeUrl,
      ...(i % 3 === 0 && { returnAddresses: digestReturns }),
    }
    const [joined, built] = [join(message, email), await build(message, email)]
    if (joined === built) continue
    expect(encodedSize(emails.digest(email).html ?? '')).toBeGreaterThan(SLICE)
    expect(withoutSoftBreaks(joined)).toBe(withoutSoftBreaks(built))
    large++
  }
  expect(large).toBeLessThan(COUNT / 10)
}, 240_000)

test('the envelope: the sender and the plain address, or those of a message that takes returns', () => {
  const email = emails.joinedDigest(samples.digest)
  const { from, to } = joinMime({ ...digestMessage, toAddress: 'ann@bücher.example' }, email)
  expect({ from, to }).toEqual({ from: sender.address, to: 'ann@xn--bcher-kva.example' })
  expect(joinMime({ ...digestMessage, returnAddresses: digestReturns }, email).from).toBe(
    digestReturns.sender,
  )
})

test('a retry has the same bytes, whichever emails were joined before', async () => {
  const fresh = await openEmails(site)
  const again = openMimeJoiner(sender)(digestMessage, fresh.joinedDigest(samples.digest))
  expect(again.raw.toString('latin1')).toBe(join(digestMessage))
})

test('a paper that comes close to topics of two subscribers has the links of each, from one rendering', async () => {
  const shared = paper({ reason: 'arms' })
  for (const topicId of [31, 2 ** 31 - 1, 32]) {
    const papers = [withCloseTo(shared, { topic: 'robots', topicId })]
    const email = digest({ sections: [{ topic: null, topicId: null, close: true, papers }] })
    const joined = join(digestMessage, email)
    expect(joined).toBe(await build(digestMessage, email))
    expect(withoutSoftBreaks(joined)).toContain(`/topics/${topicId}?paper=3D7&amp;step=3Dfewer`)
  }
})
