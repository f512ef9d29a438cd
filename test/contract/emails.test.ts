// The one place that asserts what emails say: in emails/, a file for each kind and form. After a change of words or
// templates: npm test -- test/contract/emails.test.ts -u
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { rankNearMisses } from '../../src/digests/candidates.ts'
import { sourcesLine } from '../../src/digests/sources-line.ts'
import { digestPageView } from '../../src/emails/digest-email.ts'
import { openEmails } from '../../src/emails/render-emails.ts'
import { MAIL_KINDS, type RenderedEmail } from '../../src/mail/rendering/template.ts'
import { buildMime } from '../../src/mail/smtp/build-mime.ts'
import { parseQuery } from '../../src/queries/language/parse-query.ts'
import { gapText } from '../../src/queries/reasons/reason-text.ts'
import { toPaperText } from '../../src/queries/text/tokens.ts'
import { accessibleTree, preheaderOf } from '../support/accessible-tree.ts'
import { digest, site, withLetters } from '../support/emails.ts'
import { MAIL_NAMES, renderMails } from '../support/sample-emails.ts'
import {
  DIGEST_CASES,
  NEAR_MISS,
  NEAR_MISS_QUERIES,
  OTHER_CASES,
  SOURCES_CASES,
  WELCOME_CASES,
} from './email-cases.ts'
import { outgoing, renderEmails } from './rendered-emails.ts'

const LISTS = [
  'bytes',
  'digest-cases',
  'header-fields',
  'markup-confirmation',
  'markup-digest',
  'sentences',
  'welcome-cases',
]

const emails = await openEmails({ ...site, privacyUrl: 'https://papers.example.org/privacy' })
const samples = await renderMails()

test.each(MAIL_NAMES)('the email %s says what is recorded, in both parts', async (name) => {
  await expect(readable(samples.get(name)!)).toMatchFileSnapshot(`emails/${name}.txt`)
})

test.each(Object.entries(OTHER_CASES))(
  'the email %s says what is recorded, in both parts',
  async (name, render) => {
    await expect(readable(render(emails))).toMatchFileSnapshot(`emails/${name}.txt`)
  },
)

test('a digest has a subject, preheader, heading, lead and button for each kind of content', async () => {
  const rows = Object.entries(DIGEST_CASES).map(([name, content]) => {
    const input = digest(content)
    const { heading, lead } = digestPageView(input.content, site.baseUrl)
    const email = emails.digest(input)
    return [
      ...caseOf(name, email),
      ...buttonOf(email),
      `Public page: ${[heading, lead].filter(Boolean).join('. ')}`,
    ]
  })
  await expect(asFile(rows)).toMatchFileSnapshot('emails/digest-cases.txt')
})

test('a welcome has a subject, preheader, lead and button for each kind of content', async () => {
  const rows = Object.entries(WELCOME_CASES).map(([name, input]) => {
    const email = emails.welcome(input)
    return [...caseOf(name, email), ...buttonOf(email)]
  })
  await expect(asFile(rows)).toMatchFileSnapshot('emails/welcome-cases.txt')
})

test('the line of sources and the reasons of near misses have their sentences', async () => {
  const lines = SOURCES_CASES.map((news) => sourcesLine(news))
  const texts = new Map([[NEAR_MISS.id, toPaperText(NEAR_MISS)]])
  const reasons = NEAR_MISS_QUERIES.flatMap((query) =>
    rankNearMisses(parseQuery(query), { papers: [NEAR_MISS], texts, limit: 1 }).map(
      ({ gap }) => `${query}: ${gapText(gap)}`,
    ),
  )
  expect(reasons).toHaveLength(NEAR_MISS_QUERIES.length)
  await expect(asFile([lines, reasons])).toMatchFileSnapshot('emails/sentences.txt')
})

test.each([
  ...Object.entries(DIGEST_CASES).map(
    ([name, content]) => [`digest: ${name}`, emails.digest(digest(content))] as const,
  ),
  ...Object.entries(WELCOME_CASES).map(
    ([name, input]) => [`welcome: ${name}`, emails.welcome(input)] as const,
  ),
])('the text part has the heading and the lead of the HTML part, %s', (_name, { html, text }) => {
  const sentences = opening(html).map((line) =>
    line.replace(/^ *- (heading "|paragraph:? ?)|" \[level=1\]$/g, ''),
  )
  expect(sentences).not.toEqual([])
  for (const sentence of sentences) expect(oneLine(text)).toContain(sentence)
})

test.each(['digest', 'confirmation'] as const)('the markup of the email %s is recorded', async (kind) => {
  const html = withLetters(samples.get(kind)!.html!)
  await expect(html.replaceAll(/>\s*</g, '>\n<')).toMatchFileSnapshot(`emails/markup-${kind}.txt`)
})

test('emails of each kind have their header fields', async () => {
  const heads = MAIL_KINDS.map(async (kind) => {
    const bytes = await buildMime(outgoing(kind, samples.get(kind)!, true))
    const [head = ''] = bytes.toString().split('\r\n\r\n')
    return [`## ${kind}`, ...head.split('\r\n')]
  })
  await expect(asFile(await Promise.all(heads))).toMatchFileSnapshot('emails/header-fields.txt')
})

test('emails of many topics, days and forms have the same bytes: SHA-256, size and subject', async () => {
  const sent = await renderEmails()
  expect(sent.length).toBeGreaterThanOrEqual(300)
  const lines = sent.map(({ name, mail, bytes }) => {
    const hash = createHash('sha256').update(bytes).digest('hex')
    return `${hash} ${bytes.length} ${name}: ${mail.subject}`
  })
  await expect(asFile([lines])).toMatchFileSnapshot('emails/bytes.txt')
})

test('each recorded file belongs to an email', () => {
  const known = new Set([...MAIL_NAMES, ...Object.keys(OTHER_CASES), ...LISTS])
  const recorded = readdirSync(resolve(import.meta.dirname, 'emails'))
  expect(recorded.filter((file) => !known.has(file.replace('.txt', '')))).toEqual([])
})

function readable({ subject, html, text }: RenderedEmail): string {
  const parts = [`Subject: ${subject}`, masked(text)]
  if (html) parts.splice(1, 0, `Preheader: ${preheaderOf(html)}`)
  if (html) parts.push(`${RULE}\n${treeOf(html).join('\n')}`)
  return `${parts.join('\n\n')}\n`
}

const RULE = '='.repeat(76)
const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

const treeOf = (html: string): string[] => masked(accessibleTree(html)).split('\n')

/** Replaces the long tokens of links. */
const masked = (text: string): string => text.replace(/(?<=\/)[\w-]{38,}/g, 'TOKEN')

const caseOf = (name: string, { subject, html = '' }: RenderedEmail): string[] => [
  `## ${name}`,
  `Subject: ${subject}`,
  `Preheader: ${preheaderOf(html)}`,
  ...opening(html),
]

/** The heading and the paragraphs above the first section. */
const opening = (html = ''): string[] => linesBetween(treeOf(html), /\[level=1\]/, /\[level=2\]|^ {2}- link/)

/** The last link that is in no paragraph, and where it leads. */
function buttonOf({ html = '' }: RenderedEmail): string[] {
  const lines = treeOf(html)
  const at = lines.findLastIndex((line) => line.startsWith('  - link'))
  return lines.slice(at, at + 2)
}

function linesBetween(lines: readonly string[], first: RegExp, end: RegExp): string[] {
  const from = lines.findIndex((line) => first.test(line))
  const to = lines.findIndex((line, i) => i > from && end.test(line))
  return lines.slice(from, to)
}

const asFile = (groups: readonly (readonly string[])[]): string =>
  `${groups.map((lines) => lines.join('\n')).join('\n\n')}\n`
