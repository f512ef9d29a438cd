import { describe, expect, test } from 'vitest'
import { openEmails } from '../../../src/emails/render-emails.ts'
import { readable, samples, site } from '../../support/mails.ts'

const emails = readable(await openEmails({ ...site, privacyUrl: 'https://papers.example.org/privacy' }))

const hrefsOf = (html: string | undefined) =>
  [...html!.matchAll(/href="([^"]*)"/g)].map(([, href]) => href).filter((href) => !href!.includes('/privacy'))

/** The words of the HTML part, each line break and tag a blank. */
const wordsOf = (html: string | undefined) => html!.replace(/<[^>]+>|\s+/g, ' ').replace(/ +/g, ' ')

describe('the goodbye', () => {
  const email = emails.goodbye(samples.goodbye)

  test.each([
    'You’re unsubscribed',
    'unsubscribed on 24 Nov 2026, 08:03 (Europe/Paris)',
    'The link works until 24 Dec 2026, 08:03 (Europe/Paris).',
    samples.goodbye.undoUrl,
    'This is our last email.',
    '1 Example Street, 12345 Exampletown',
  ])('says in both parts: %s', (words) => {
    expect(wordsOf(email.html)).toContain(words)
    expect(email.text.replace(/\s+/g, ' ')).toContain(words)
  })

  test('has the undo link, and none but the site’s beside it', () => {
    expect(new Set(hrefsOf(email.html))).toEqual(new Set([site.baseUrl, samples.goodbye.undoUrl]))
    expect(email.subject).toBe("You've been unsubscribed from Daily Papers")
  })

  test('is only text for a subscriber who chose text', () => {
    const { html, text, subject } = emails.goodbye({ ...samples.goodbye, format: 'text' })
    expect([html, text, subject]).toEqual([undefined, email.text, email.subject])
  })
})

describe('the note', () => {
  const email = emails.noMatches(samples.note)

  test.each([
    'There were new papers on 5 of your days since Wed 18 Nov, but none matched your topics or came close.',
    'Linear attention',
    'A Systematic Analysis of Hybrid Linear Attention',
    'Has: linear. Missing from the title: attention',
    'Pause, or get one digest a week',
    'You subscribed on 3 Nov 2026.',
  ])('says in both parts: %s', (words) => {
    expect(wordsOf(email.html)).toContain(words)
    expect(email.text.replace(/\s+/g, ' ')).toContain(words)
  })

  test('leads to the papers, to the topics, and out', () => {
    const { changeUrl, unsubscribeUrl } = { ...samples.note, changeUrl: samples.note.manageUrl }
    const papers = samples.note.nearest.map(({ path }) => site.baseUrl + path)
    expect(hrefsOf(email.html)).toEqual([
      ...[site.baseUrl, unsubscribeUrl],
      ...papers,
      ...[changeUrl, unsubscribeUrl, unsubscribeUrl],
    ])
    for (const url of [...papers, changeUrl, unsubscribeUrl]) expect(email.text).toContain(url)
    expect(email.subject).toBe('No matches for your topics since 18 Nov')
  })

  test('names the year of a date in another one', () => {
    const { text, subject } = emails.noMatches({ ...samples.note, localDate: '2027-01-02' })
    expect(subject).toBe('No matches for your topics since 18 Nov 2026')
    expect(text.replace(/\s+/g, ' ')).toContain('since Wed 18 Nov 2026, but none')
  })

  test('offers a pause, and no weekly digest, to a weekly subscriber', () => {
    const { html, text } = emails.noMatches({ ...samples.note, weekly: true })
    for (const part of [html, text]) {
      expect(part).toContain('Pause for a month')
      expect(part).not.toContain('one digest a week')
    }
  })

  test('does not mention near misses if there are none', () => {
    const { html, text } = emails.noMatches({ ...samples.note, nearest: [] })
    for (const part of [html, text]) expect(part).not.toContain('nearest papers<')
    expect(text).not.toContain('nearest')
  })

  test('names up to ten topics, without markup from topics or papers', () => {
    const evil = '<img src=x onerror=alert(1)>'
    const topics = [evil, ...Array.from({ length: 13 }, (_, n) => `topic ${n}`)]
    const has = [{ kind: 'word', field: 'any', text: `${evil}\r\nBcc: eve@evil.example` } as const]
    const nearest = [{ title: evil, path: 'javascript:alert(1)', gap: { has, missing: [], unwanted: [] } }]
    const { html, text } = emails.noMatches({ ...samples.note, topics, nearest })
    expect(html!.match(/<li[ >]/g)).toHaveLength(11)
    expect(html).toContain('and 4 more')
    expect(text).toContain('- and 4 more')
    expect(html).not.toMatch(/<img|javascript:/)
    expect(text).not.toContain('javascript:')
  })

  test('is only text for a subscriber who chose text', () => {
    expect(emails.noMatches({ ...samples.note, format: 'text' })).toEqual({
      subject: email.subject,
      text: email.text,
    })
  })
})
