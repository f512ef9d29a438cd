import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DigestContent } from '../../../src/digests/digest-content.ts'
import { HTML_BUDGET } from '../../../src/emails/join-digest.ts'
import { openEmails } from '../../../src/emails/render-emails.ts'
import type { WelcomeEmail } from '../../../src/emails/welcome-email.ts'
import { anyDigest, digest, readable, readerLinks, section, site } from '../../support/mails.ts'

const emails = readable(await openEmails(site))
const { unsubscribeUrl, manageUrl, viewUrl } = readerLinks

const welcome = (more: Partial<WelcomeEmail> = {}, content: Partial<DigestContent> = {}): WelcomeEmail => ({
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
  unsubscribeUrl,
  manageUrl,
  viewUrl,
  ...more,
})
const flat = (text: string) => text.replace(/\s+/g, ' ')

describe('subject', () => {
  const nothing = { content: null, nothingMatched: true }
  test.each<[string, WelcomeEmail, string]>([
    ['papers on a topic', welcome(), 'Welcome: Gated Linear Attention and 2 more'],
    [
      'the best of a day',
      welcome({}, { bestOf: '2026-11-23', sections: [section(null, 2)] }),
      'Welcome: Gated Linear Attention and 1 more',
    ],
    ['no papers', welcome(nothing), 'Welcome: your first digest arrives on Wed 25 Nov'],
    ['no papers and no date', welcome({ ...nothing, next: null }), 'Welcome to Daily Papers'],
  ])('%s', (_what, email, subject) => expect(emails.welcome(email).subject).toBe(subject))
})

test('both parts say when the next comes, what these papers are, and where to change or end it', () => {
  const { html, text } = emails.welcome(welcome({}, { more: 4 }))
  for (const part of [flat(html!), flat(text)]) {
    expect(part).toContain('Your first digest arrives on Wednesday 25 November 2026 at 08:00 (Europe/Paris)')
    expect(part).toContain(
      'To get you started, here are 3 papers. Best match first. 4 more match and are on the site.',
    )
    expect(part).toContain('4 more match and are on the site.')
    expect(part).toContain('https://papers.example.org/papers/date/2026-11-24')
    expect(part).toContain('You won’t see these papers again.')
    for (const url of [unsubscribeUrl, manageUrl, viewUrl]) expect(part).toContain(url)
    expect(part).not.toContain('No matches lately')
  }
})

test('one paper', () => {
  const { text } = emails.welcome(welcome({}, { sections: [section('a')] }))
  expect(flat(text)).toContain('To get you started, here is one paper. You won’t see it again.')
})

test('nothing matched: the topics, ten of them at most, and what helps', () => {
  const topics = Array.from({ length: 12 }, (_, n) => `topic <${n}>`)
  const { html, text } = emails.welcome(welcome({ content: null, nothingMatched: true, topics }))
  expect(html!.match(/<li[ >]/g)).toHaveLength(11)
  expect(html).toContain('topic &lt;9&gt;')
  for (const part of [html!, text]) {
    expect(part).toContain('and 2 more')
    expect(part).toContain('Topics and schedule')
    expect(part).not.toContain('You won’t see these')
  }
})

test('papers beyond the cap are on the page of this email, as far as it lists them', () => {
  const { html, text } = emails.welcome(welcome({}, { more: 4, beyond: [7, 8, 9, 10] }))
  for (const part of [html!, text]) {
    expect(part).toContain(`${viewUrl}#more`)
    expect(part).not.toContain('/papers/date/')
  }
})

test('no papers: no page that shows them', () => {
  const { html, text } = emails.welcome(welcome({ content: null, nothingMatched: true }))
  for (const part of [html!, text]) expect(part).not.toContain(viewUrl)
})

test('matches that are not in this email are mentioned', () => {
  const textWith = (more: Partial<WelcomeEmail>) =>
    flat(emails.welcome(welcome({ content: null, ...more })).text)
  expect(textWith({ matchedToday: 1 })).toContain(
    '1 paper from today already matches. We’re keeping it for your first digest.',
  )
  expect(textWith({ matchedToday: 3, mailedBefore: 2 })).toContain(
    '3 papers from today already match. We’re keeping them for your first digest.',
  )
  expect(textWith({ mailedBefore: 2 })).toContain(
    '2 papers from the last 14 days matched, but you’ve already had them.',
  )
})

test('nothing looked for: no word of papers', () => {
  const { text } = emails.welcome(welcome({ content: null }))
  expect(text).not.toMatch(/matches lately|To get you started|see these papers/)
})

test('only text, and only titles', () => {
  expect(emails.welcome(welcome({ format: 'text' }))).not.toHaveProperty('html')
  const { html, text } = emails.welcome(welcome({ detail: 'titles' }))
  for (const part of [html!, text]) {
    expect(part).toContain('Gated Linear Attention')
    expect(part).not.toContain('Songlin Yang')
  }
})

test('whatever the papers hold, the HTML keeps within the budget and the foot in it', () => {
  fc.assert(
    fc.property(anyDigest(25), ({ content }) => {
      const { html } = emails.welcome(welcome({ content }))
      expect(html!.length).toBeLessThan(HTML_BUDGET)
      expect(html).toContain(unsubscribeUrl)
    }),
    { numRuns: 50 },
  )
})
