import { describe, expect, test } from 'vitest'
import { openEmails } from '../../../src/emails/render-emails.ts'
import { readable, samples, site } from '../../support/mails.ts'

const emails = readable(await openEmails({ ...site, privacyUrl: 'https://papers.example.org/privacy' }))

describe('the confirmation', () => {
  const email = emails.confirmation(samples.confirmation)
  test.each([
    samples.confirmation.confirmUrl,
    'Linear attention',
    '08:00 (Europe/Paris), Monday to Friday',
    'Requested on 24 Nov 2026, 08:03 (Europe/Paris).',
    'The link works until 1 Dec 2026, 08:03 (Europe/Paris).',
    'You’ll confirm on the next page.',
    'Ignore this email and nothing will be sent.',
    '1 Example Street, 12345 Exampletown',
    'https://papers.example.org/privacy',
  ])('says in both parts: %s', (words) => {
    expect(email.html).toContain(words)
    expect(email.text).toContain(words)
  })

  test('subject and preheader', () => {
    expect(email.subject).toBe('Confirm your subscription to Daily Papers')
    expect(email.html).toContain('>Once you confirm, papers arrive at 08:00 (Europe/Paris).<')
  })

  test('besides the site, one address leads on, from button and bare link', () => {
    const hrefs = [...email.html!.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)
    expect(hrefs).toEqual([
      site.baseUrl,
      samples.confirmation.confirmUrl,
      samples.confirmation.confirmUrl,
      'https://papers.example.org/privacy',
    ])
  })

  test('to a former subscriber: also a link to their account, in both parts, after the button', () => {
    const accountUrl = 'https://papers.example.org/account/c2FtcGxlLXRva2Vu'
    const { html, text } = emails.confirmation({ ...samples.confirmation, accountUrl })
    expect(html).toContain(`href="${accountUrl}"`)
    expect(html).toContain('>Download or delete your data</a>')
    expect(text).toContain(`Download or delete your data:\n${accountUrl}\n`)
    for (const part of [html!, text]) {
      expect(part.indexOf(samples.confirmation.confirmUrl)).toBeLessThan(part.indexOf(accountUrl))
    }
  })

  test('no topics: the day’s best papers', () => {
    const { html, text } = emails.confirmation({ ...samples.confirmation, topics: [] })
    for (const part of [html, text]) expect(part).toContain('The most upvoted papers of each day')
  })
})

describe('a stranger’s topics', () => {
  const topics = Array.from({ length: 12 }, (_, i) => `${i}: see http://evil.example/${'x'.repeat(100)}`)
  const { html, text } = emails.confirmation({ ...samples.confirmation, topics })

  test('ten at most, and how many more', () => {
    expect(html!.match(/<li[ >]/g)).toHaveLength(11)
    expect(html).toContain('and 2 more')
    expect(text).toContain('- and 2 more')
  })
  test('eighty characters at most', () => {
    const shown = [...html!.matchAll(/<li[^>]*>([^<]*)</g)].map(([, topic = '']) => topic.length)
    expect(Math.max(...shown)).toBeLessThanOrEqual(80)
  })
  test('no text that a mail client turns into a link', () => {
    for (const part of [html, text]) expect(part).not.toMatch(/:\/\/evil|evil\.example/)
    expect(html).toContain('see http: // evil. ')
  })
  test('and nothing of HTML', () => {
    const email = emails.confirmation({ ...samples.confirmation, topics: ['<img src=x onerror=alert(1)>'] })
    expect(email.html).toContain('onerror=alert')
    expect(email.html).not.toContain('<img')
  })
})

test('the question whether to add topics', () => {
  const { subject, html, text } = emails.addTopics(samples.addTopics)
  expect(subject).toBe('Add 2 topics to your digests?')
  for (const part of [html, text]) {
    expect(part).toContain(samples.addTopics.addUrl)
    expect(part).toContain('Robot learning')
    expect(part).toContain('Nothing changes until you confirm.')
    expect(part).toContain('your topics stay as they are.')
    expect(part).not.toContain('nsubscribe')
  }
})
