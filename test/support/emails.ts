import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import type { DigestContent, DigestSection } from '../../src/digests/digest-content.ts'
import type { DigestEmail } from '../../src/emails/digest-email.ts'
import type { GoodbyeEmail, LinkEmail } from '../../src/emails/link-emails.ts'
import type { NoMatchesEmail } from '../../src/emails/no-matches-email.ts'
import type { Emails } from '../../src/emails/render-emails.ts'
import type { AddTopicsEmail, ConfirmationEmail } from '../../src/emails/signup-emails.ts'
import type { WelcomeEmail } from '../../src/emails/welcome-email.ts'
import type { RenderedEmail } from '../../src/mail/rendering/template.ts'
import type { HeaderInput, Sender } from '../../src/mail/smtp/build-mime.ts'
import type { ShownPaper } from '../../src/queries/reasons/shown-paper.ts'

export const site = {
  name: 'Daily Papers',
  baseUrl: 'https://papers.example.org',
  postalAddress: '1 Example Street, 12345 Exampletown',
}

export const sender: Sender = {
  address: 'digest@papers.example.org',
  name: 'Daily Papers',
  replyTo: 'help@papers.example.org',
  siteName: 'Daily Papers',
}

export const unsubscribeUrl = 'https://papers.example.org/unsubscribe/dG9rZW4'
/** As long as a real one. */
const TOKEN = 'A'.repeat(59)
export const readerLinks = {
  unsubscribeUrl,
  manageUrl: `https://papers.example.org/manage/${TOKEN}`,
  viewUrl: `https://papers.example.org/digest/${TOKEN}`,
  ownViewUrl: `https://papers.example.org/manage/${TOKEN}/digest/AAECAwQFBgcICQoL`,
}

export const digestMessage: HeaderInput = {
  kind: 'digest',
  id: 'AAECAwQFBgcICQoL',
  datedAt: new Date('2026-11-24T07:00:00Z'),
  toAddress: 'ann@reader.example',
  unsubscribeUrl,
  token: '000102030405060708090a0b00112233445566778899',
}

/** Return addresses, if bounces are received. */
export const digestReturns = {
  sender: `b+${digestMessage.token}@bounce.example.org`,
  unsubscribe: 'u+0001020304050607080900112233445566778899@bounce.example.org',
}

const sample = (name: string) =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, `../../templates/emails/${name}/sample.json`), 'utf8'))

export const samples = {
  digest: sample('digest') as DigestEmail,
  confirmation: sample('confirmation') as ConfirmationEmail,
  addTopics: sample('add-topics') as AddTopicsEmail,
  goodbye: sample('goodbye') as GoodbyeEmail,
  note: sample('note') as NoMatchesEmail,
  manageLink: sample('manage-link') as LinkEmail,
}

export const paper = (changes: Partial<ShownPaper> = {}): ShownPaper => ({
  id: 7,
  title: [{ text: 'Gated Linear Attention', marked: false }],
  path: '/papers/2312.06635',
  authors: ['Songlin Yang'],
  snippet: [
    { text: 'We study ', marked: false },
    { text: 'linear attention', marked: true },
    { text: '.', marked: false },
  ],
  reason: { kind: 'match', found: { abstract: ['linear attention'] } },
  votes: 41,
  comments: null,
  codeUrl: null,
  day: '2026-11-24',
  ...changes,
})

export const section = (topic: string | null, count = 1): DigestSection => ({
  topic,
  topicId: topic === null ? null : 31,
  papers: Array.from({ length: count }, (_, i) => paper({ id: i + 1 })),
})

/** Of papers that match now, as they have enough votes. */
export const risingSection = (count: number, day = '2026-11-24'): DigestSection => ({
  ...section(null, count),
  rising: true,
  papers: section(null, count).papers.map((paper) => ({ ...paper, day })),
})

/** Of papers that match no topic, but come close to one. */
export const closeSection = (count: number): DigestSection => ({
  ...section(null, count),
  close: true,
  papers: section(null, count).papers.map((paper) => ({
    ...paper,
    reason: { kind: 'close', terms: ['gates'] },
    closeTo: { topic: 'quantum', topicId: 32 },
  })),
})

export const digest = (
  content: Partial<DigestContent> = {},
  changes: Partial<DigestEmail> = {},
): DigestEmail => ({
  content: {
    localDate: '2026-11-24',
    lang: 'en',
    bestOf: null,
    week: null,
    sections: [section('linear attention')],
    more: 0,
    beyond: [],
    sources: [{ source: 'huggingface', brought: 31 }],
    ...content,
  },
  ...readerLinks,
  confirmedOn: '2026-11-03',
  format: 'html',
  detail: 'full',
  ...changes,
})

/** A welcome with three papers. */
export const welcome = (
  changes: Partial<WelcomeEmail> = {},
  content: Partial<DigestContent> = {},
): WelcomeEmail => ({
  content: {
    ...digest({ sections: [section('linear attention', 3)], localDate: '2026-11-23' }).content,
    ...content,
  },
  nothingMatched: false,
  matchedToday: 0,
  mailedBefore: 0,
  topics: ['linear attention'],
  next: '2026-11-25',
  hour: 8,
  zone: 'Europe/Paris',
  confirmedOn: '2026-11-24',
  format: 'html',
  detail: 'full',
  ...readerLinks,
  ...changes,
})

const NASTY = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '\r\nBcc: eve@evil.example\r\n',
  '\r\n\r\n.\r\nMAIL FROM:<eve@evil.example>',
  '\u0000\u0007\u001b[31m',
  '\u202egnp.exe\u2066\u200b\ufeff',
  '\ud800',
  '<%= it.site %>',
  '-->]]></mj-raw>',
  '=?utf-8?Q?=0D=0ABcc:_eve=40evil.example?=',
  '语言模型',
  '👩‍👩‍👧‍👦',
  '&amp;&lt;',
  `${'x'.repeat(1_200)}`,
]

/** Any text at all: nasty pieces, binary, and plain words. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...NASTY),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.lorem({ maxCount: 3 }),
    ),
    {
      maxLength: 4,
    },
  )
  .map((pieces) => pieces.join(' '))

const runs = (text: fc.Arbitrary<string>) =>
  fc.array(fc.record({ text, marked: fc.boolean() }), { minLength: 1, maxLength: 6 })

const count = fc.option(fc.nat({ max: 10_000 }))
const day = fc.constantFrom('2026-11-23', '2026-11-24')

const anyReason = (text: fc.Arbitrary<string>): fc.Arbitrary<NonNullable<ShownPaper['reason']>> =>
  fc.record({
    kind: fc.constant('match' as const),
    found: fc.record({ abstract: fc.array(text, { minLength: 1, maxLength: 3 }), org: fc.tuple(text) }),
  })

const anyPaper = (text: fc.Arbitrary<string>): fc.Arbitrary<ShownPaper> =>
  fc.record({
    id: fc.nat(),
    title: runs(text),
    path: fc.oneof(
      fc.constant('/papers/2507.06457'),
      text.map((t) => `/papers/doi:${t}`),
      text,
    ),
    authors: fc.array(text, { maxLength: 6 }),
    snippet: runs(text),
    reason: fc.option(anyReason(text)),
    votes: count,
    comments: count,
    codeUrl: fc.option(
      fc.oneof(
        text,
        text.map((t) => `https://code.example/${t}`),
      ),
    ),
    day,
  })

/** Any digest, also of papers that come close: up to `mostPapers` papers whose every text is any text. */
export const anyDigest = (mostPapers: number, text = anyText): fc.Arbitrary<DigestEmail> =>
  fc.record({
    content: fc.record({
      localDate: day,
      lang: fc.constant('en' as const),
      bestOf: fc.option(day),
      week: fc.option(fc.record({ from: fc.constantFrom('2026-11-10', '2026-11-17'), to: day })),
      sections: fc
        .array(
          fc.record({
            topic: fc.option(text),
            paper: anyPaper(text),
            next: fc.boolean(),
            close: fc.boolean(),
          }),
          {
            minLength: 1,
            maxLength: mostPapers,
          },
        )
        .map(inSections),
      more: fc.nat({ max: 500 }),
      beyond: fc.array(fc.nat(), { maxLength: 3 }),
      sources: fc.array(
        fc.record({ source: text, brought: fc.oneof(fc.nat(), fc.constant('notYet' as const)) }),
        { maxLength: 3 },
      ),
    }),
    unsubscribeUrl: fc.constant(unsubscribeUrl),
    manageUrl: fc.constant(readerLinks.manageUrl),
    viewUrl: fc.constant(readerLinks.viewUrl),
    ownViewUrl: fc.constant(readerLinks.ownViewUrl),
    confirmedOn: day,
    format: fc.constant('html' as const),
    detail: fc.constantFrom('full' as const, 'titles' as const),
  })

interface PaperInSection {
  topic: string | null
  paper: ShownPaper
  /** Begins a section, of papers that come `close` or not. */
  next: boolean
  close: boolean
}

function inSections(all: PaperInSection[]): DigestSection[] {
  const sections: DigestSection[] = []
  for (const { topic, paper, next, close } of all) {
    const last = next ? undefined : sections.at(-1)
    const section = last ?? emptySection(topic, close)
    const closeTo = { topic: topic ?? 'robots', topicId: 2 ** 31 - 1 }
    section.papers.push(section.close ? { ...paper, closeTo } : paper)
    if (!last) sections.push(section)
  }
  return sections
}

const emptySection = (topic: string | null, close: boolean): DigestSection =>
  close
    ? { topic: null, topicId: null, close, papers: [] }
    : { topic, topicId: topic === null ? null : 2 ** 31 - 1, papers: [] }

/** HTML as it is read: letters instead of references to them, and LF. */
export const withLetters = (html: string): string =>
  html
    .replaceAll('\r\n', '\n')
    .replaceAll('<!--\n-->', '')
    .replace(/&#(\d+);/g, (whole, code) => (Number(code) > 0x7f ? String.fromCodePoint(Number(code)) : whole))

/** All emails, with HTML as it is read. */
export function readable(emails: Emails): Emails {
  const reading = Object.entries(emails).map(([kind, render]) => [
    kind,
    (...input: unknown[]): RenderedEmail => {
      const email = (render as (...input: unknown[]) => RenderedEmail)(...input)
      return email.html === undefined ? email : { ...email, html: withLetters(email.html) }
    },
  ])
  return Object.fromEntries(reading)
}

/** The addresses that the HTML part links to, in order. */
export const hrefsOf = (html = ''): string[] => [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!)
