import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { openEmails } from '../../src/emails/render-emails.ts'
import type { RenderedEmail } from '../../src/mail/rendering/template.ts'
import { buildMime, type OutgoingMail, type Sender, toOutgoingMail } from '../../src/mail/smtp/build-mime.ts'
import { anyDigest, anyText, digestMessage, sender, site } from './emails.ts'
import { parseStrictly, type StrictlyParsed } from './strict-parser.ts'

/** What an email is built from: a digest, and who sends it. */
export interface ToBuild {
  email: RenderedEmail
  from: Sender
}

/** Makes the bytes of an email for `digestMessage`. */
export type Build = (mail: ToBuild) => Promise<Buffer>

/** As the program does it. */
export const buildRightly: Build = (mail) => buildMime(meant(mail))

const meant = ({ email, from }: ToBuild): OutgoingMail => toOutgoingMail(digestMessage, email, from)

/** The header fields of a digest, in order. */
export const DIGEST_FIELDS = [
  'List-ID',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Feedback-ID',
  'Auto-Submitted',
  'X-Auto-Response-Suppress',
  'X-Daily-Papers-Message',
  'From',
  'To',
  'Reply-To',
  'Subject',
  'Message-ID',
  'Date',
  'MIME-Version',
  'Content-Type',
]

/** Mail clients cut what is longer. */
const MAX_HTML_PART_LENGTH = 102_000
const MAX_LINE_LENGTH = 998

const opened = lazily(() => openEmails(site))

function lazily<T>(open: () => T): () => T {
  let known: T | undefined
  return () => {
    known ??= open()
    return known
  }
}

/** Digests of any text, from a site and a sender of any name; the same for the same seed. */
export async function anyMails(count: number, seed: number): Promise<ToBuild[]> {
  const emails = await opened()
  const inputs = fc.sample(fc.tuple(anyDigest(3), anyText, anyText), { numRuns: count, seed })
  return inputs.map(([email, siteName, name]) => ({
    email: emails.digest(email),
    from: { ...sender, siteName, name },
  }))
}

/** The result of building emails. */
export interface Built {
  /** "3: …": the mail's place and what is wrong with it. */
  faults: string[]
  /** In bytes as sent. */
  largest: number
  largestHtml: number
}

/** Builds emails, and reads each with mailparser and, if `strictly`, with Python's strict policy: all must be equal. */
export async function builtFaults(
  mails: readonly ToBuild[],
  build: Build,
  { strictly }: { strictly: boolean },
): Promise<Built> {
  const built: Built = { faults: [], largest: 0, largestHtml: 0 }
  const raws: Buffer[] = []
  const wanted = mails.map(meant)
  for (const [i, mail] of wanted.entries()) {
    const raw = await build(mails[i]!)
    const html = htmlPartOf(raw)
    raws.push(raw)
    built.largest = Math.max(built.largest, raw.length)
    built.largestHtml = Math.max(built.largestHtml, html)
    const faults = [
      ...faultsOfBytes(raw),
      ...foreignMarkup(mail.html ?? '').map((tag) => `foreign markup ${tag}`),
      ...(html < MAX_HTML_PART_LENGTH ? [] : [`an HTML part of ${html} bytes`]),
      ...(await faultsByMailparser(mail, raw)),
    ]
    built.faults.push(...faults.map((fault) => `${i}: ${fault}`))
  }
  const parsed = strictly ? await parseStrictly(raws) : []
  for (const [i, one] of parsed.entries())
    built.faults.push(...faultsByPython(wanted[i]!, one).map((fault) => `${i}: ${fault}`))
  return built
}

/** Bare line ends, NUL, lines that are too long, and parts that are not ASCII. */
export function faultsOfBytes(raw: Buffer): string[] {
  const text = raw.toString('latin1')
  const parts = text.slice(text.indexOf('\r\n\r\n'))
  const longest = Math.max(...text.split('\r\n').map((line) => line.length))
  return [
    ...(/[\r\n\0]/.test(text.replaceAll('\r\n', '')) ? ['a bare CR or LF, or a NUL'] : []),
    ...(longest > MAX_LINE_LENGTH ? [`a line of ${longest} bytes`] : []),
    ...(/[^\0-\x7f]/.test(parts) ? ['a part that is not ASCII'] : []),
  ]
}

function htmlPartOf(raw: Buffer): number {
  const at = raw.indexOf('Content-Type: text/html')
  return at < 0 ? 0 : raw.length - at
}

// Every tag that is ours; anything more came in from outside.
const OUR_TAGS =
  'html head title meta style noscript xml o:officedocumentsettings o:allowpng o:pixelsperinch body div table tbody tr td p h1 h2 h3 a mark span'.split(
    ' ',
  )
const OUR_HOSTS = /^https:\/\/(papers\.example\.org|arxiv\.org|code\.example)(\/|$)/

/** Names of tags, handlers and links that no template writes. */
export function foreignMarkup(html: string): string[] {
  const tags = html.match(/<\/?[a-z][^>]*>/gi) ?? []
  return tags.flatMap((tag) => {
    const name = /^<\/?([^\s>/]+)/.exec(tag)![1]!.toLowerCase()
    const hrefs = [...tag.matchAll(/\b(?:href|src)="([^"]*)"/g)].map(([, href = '']) => href)
    return [
      ...(OUR_TAGS.includes(name) ? [] : [tag]),
      ...(/\son\w+\s*=/i.test(tag.replace(/"[^"]*"/g, '""')) ? [tag] : []),
      ...hrefs.filter((href) => !OUR_HOSTS.test(href)),
    ]
  })
}

/** Values of header fields. */
const valuesOf = (mail: OutgoingMail): Record<string, string> => ({
  ...mail.headers,
  To: mail.to.address,
  'Reply-To': mail.replyTo?.address ?? '',
  Subject: mail.subject,
  'Message-ID': mail.messageId,
  Date: mail.date.toUTCString().replace('GMT', '+0000'),
})

const differing = (who: string, what: string, read: unknown, wanted: unknown): string[] =>
  JSON.stringify(read) === JSON.stringify(wanted)
    ? []
    : [
        `${who} reads ${what} as ${JSON.stringify(read)?.slice(0, 120)}, not ${JSON.stringify(wanted)?.slice(0, 120)}`,
      ]

/** Makes no HTML of the text, and no links. */
const AS_IT_STANDS = { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true }

async function faultsByMailparser(mail: OutgoingMail, raw: Buffer): Promise<string[]> {
  const read = await simpleParser(raw, AS_IT_STANDS)
  const names = read.headerLines.map(({ key }) => key)
  const says = (what: string, value: unknown, wanted: unknown) => differing('mailparser', what, value, wanted)
  const addresses = (field: typeof read.from | typeof read.to) =>
    [field].flat().flatMap((one) => one?.value ?? [])
  return [
    ...says(
      'the fields',
      names,
      DIGEST_FIELDS.map((name) => name.toLowerCase()),
    ),
    ...says('From', addresses(read.from), [{ address: mail.from.address, name: mail.from.name }]),
    ...says('To', addresses(read.to), [{ address: mail.to.address, name: '' }]),
    ...says('Subject', read.subject, mail.subject),
    ...says('Message-ID', read.messageId, mail.messageId),
    ...says('Date', read.date, mail.date),
    ...says('the text', read.text?.trim(), mail.text.trim()),
    ...says('the HTML', read.html ? withLf(read.html) : undefined, mail.html && withLf(mail.html)),
    ...says('attachments', read.attachments.length, 0),
  ]
}

const withLf = (text: string): string => text.replaceAll('\r\n', '\n').trim()

// Python keeps the blanks between the encoded words of a name; RFC 2047, 6.2, has them dropped.
const unspaced = (name: string): string => name.replace(/\s/g, '')

function faultsByPython(mail: OutgoingMail, { fields, from, defects, parts }: StrictlyParsed): string[] {
  const says = (what: string, value: unknown, wanted: unknown) => differing('Python', what, value, wanted)
  const values = Object.fromEntries(fields)
  return [
    ...says('defects', defects, []),
    ...says(
      'the fields',
      fields.map(([name]) => name),
      DIGEST_FIELDS,
    ),
    ...says(
      'From',
      from.map(([name, address]) => [unspaced(name), address]),
      [[unspaced(mail.from.name), mail.from.address]],
    ),
    ...Object.entries(valuesOf(mail)).flatMap(([name, value]) => says(name, values[name], value)),
    ...says(
      'the parts',
      parts.map(([type, content]) => [type, withLf(content)]),
      [
        ['text/plain', mail.text.trim()],
        ['text/html', mail.html && withLf(mail.html)],
      ],
    ),
  ]
}
