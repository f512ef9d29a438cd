import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HTML_BUDGET } from '../../../src/emails/join-digest.ts'
import { openEmails } from '../../../src/emails/render-emails.ts'
import { anyDigest, readable, readerLinks, site, welcome } from '../../support/emails.ts'

const emails = readable(await openEmails(site))
const { unsubscribeUrl, manageUrl, viewUrl } = readerLinks

test('a welcome with papers links to the day, the page of this email, the settings and unsubscribing', () => {
  const { html, text } = emails.welcome(welcome({}, { more: 4 }))
  const dayUrl = 'https://papers.example.org/papers/date/2026-11-24'
  for (const part of [html, text])
    for (const url of [dayUrl, unsubscribeUrl, manageUrl, viewUrl]) expect(part).toContain(url)
})

test('a welcome without a match lists up to ten topics and a line that counts the others', () => {
  const topics = Array.from({ length: 12 }, (_, n) => `topic <${n}>`)
  const { html, text } = emails.welcome(welcome({ content: null, nothingMatched: true, topics }))
  expect(html!.match(/<li[ >]/g)).toHaveLength(11)
  expect(text.match(/^- /gm)).toHaveLength(11)
  expect(html).toContain('topic &lt;9&gt;')
})

test('a welcome links to the papers beyond the cap on its own page, if that lists them', () => {
  const { html, text } = emails.welcome(welcome({}, { more: 4, beyond: [7, 8, 9, 10] }))
  for (const part of [html!, text]) {
    expect(part).toContain(`${viewUrl}#more`)
    expect(part).not.toContain('/papers/date/')
  }
})

test('a welcome without papers does not link to a page of papers', () => {
  const { html, text } = emails.welcome(welcome({ content: null, nothingMatched: true }))
  for (const part of [html!, text]) expect(part).not.toContain(viewUrl)
})

test('a welcome has no HTML for a subscriber who chose text', () => {
  expect(emails.welcome(welcome({ format: 'text' }))).not.toHaveProperty('html')
})

test('a welcome has only the titles of papers for a subscriber who chose titles', () => {
  const { html, text } = emails.welcome(welcome({ detail: 'titles' }))
  for (const part of [html!, text]) {
    expect(part).toContain('Gated Linear Attention')
    expect(part).not.toContain('Songlin Yang')
  }
})

test('a welcome of any papers stays in the budget of bytes, with its link to unsubscribe', () => {
  fc.assert(
    fc.property(anyDigest(25), ({ content }) => {
      const { html } = emails.welcome(welcome({ content }))
      expect(html!.length).toBeLessThan(HTML_BUDGET)
      expect(html).toContain(unsubscribeUrl)
    }),
    { numRuns: 50 },
  )
})
