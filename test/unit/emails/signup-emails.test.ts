import { describe, expect, test } from 'vitest'
import { openEmails } from '../../../src/emails/render-emails.ts'
import { hrefsOf, readable, samples, site } from '../../support/emails.ts'

const PRIVACY_URL = 'https://papers.example.org/privacy'
const emails = readable(await openEmails({ ...site, privacyUrl: PRIVACY_URL }))

describe('the confirmation', () => {
  const { confirmUrl } = samples.confirmation

  test('links only to the site, to the page that confirms, and to the privacy page', () => {
    const { html, text } = emails.confirmation(samples.confirmation)
    expect(hrefsOf(html)).toEqual([site.baseUrl, confirmUrl, confirmUrl, PRIVACY_URL])
    for (const url of [confirmUrl, PRIVACY_URL]) expect(text).toContain(url)
  })

  test('links a former subscriber to their account too, after the button, in both parts', () => {
    const accountUrl = 'https://papers.example.org/account/c2FtcGxlLXRva2Vu'
    const { html, text } = emails.confirmation({ ...samples.confirmation, accountUrl })
    expect(hrefsOf(html)).toContain(accountUrl)
    for (const part of [html!, text]) {
      expect(part.indexOf(accountUrl)).toBeGreaterThan(part.indexOf(confirmUrl))
    }
  })
})

describe('the topics that a stranger may have typed into a confirmation', () => {
  const topics = Array.from({ length: 12 }, (_, i) => `${i}: see http://evil.example/${'x'.repeat(100)}`)
  const { html, text } = emails.confirmation({ ...samples.confirmation, topics })

  test('are at most ten, and a line that counts the others', () => {
    expect(html!.match(/<li[ >]/g)).toHaveLength(11)
    expect(text.match(/^- /gm)).toHaveLength(11)
  })
  test('have at most eighty characters', () => {
    const shown = [...html!.matchAll(/<li[^>]*>([^<]*)</g)].map(([, topic = '']) => topic.length)
    expect(Math.max(...shown)).toBeLessThanOrEqual(80)
  })
  test('have no text that an email client turns into a link', () => {
    for (const part of [html, text]) expect(part).not.toMatch(/:\/\/evil|evil\.example/)
    expect(html).toContain('see http: // evil. ')
  })
  test('have no markup', () => {
    const email = emails.confirmation({ ...samples.confirmation, topics: ['<img src=x onerror=alert(1)>'] })
    expect(email.html).toContain('onerror=alert')
    expect(email.html).not.toContain('<img')
  })
})

test('the email that asks whether to add topics links to the page that adds them, and not to unsubscribe', () => {
  const { html, text } = emails.addTopics(samples.addTopics)
  for (const part of [html, text]) {
    expect(part).toContain(samples.addTopics.addUrl)
    expect(part).not.toContain('/unsubscribe')
  }
})
