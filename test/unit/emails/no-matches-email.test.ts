import { describe, expect, test } from 'vitest'
import { openEmails } from '../../../src/emails/render-emails.ts'
import { hrefsOf, readable, samples, site } from '../../support/emails.ts'

const emails = readable(await openEmails(site))

describe('the email without matches', () => {
  const email = emails.noMatches(samples.note)

  test('links to the near misses, to the topics and to unsubscribing, in both parts', () => {
    const { manageUrl, unsubscribeUrl } = samples.note
    const papers = samples.note.nearest.map(({ path }) => site.baseUrl + path)
    expect(hrefsOf(email.html)).toEqual([
      site.baseUrl,
      unsubscribeUrl,
      ...papers,
      manageUrl,
      unsubscribeUrl,
      unsubscribeUrl,
    ])
    for (const url of [...papers, manageUrl, unsubscribeUrl]) expect(email.text).toContain(url)
  })

  test('has up to ten topics and no markup from topics or papers', () => {
    const evil = '<img src=x onerror=alert(1)>'
    const topics = [evil, ...Array.from({ length: 13 }, (_, n) => `topic ${n}`)]
    const has = [{ kind: 'word', field: 'any', text: `${evil}\r\nBcc: eve@evil.example` } as const]
    const nearest = [{ title: evil, path: 'javascript:alert(1)', gap: { has, missing: [], unwanted: [] } }]
    const { html, text } = emails.noMatches({ ...samples.note, topics, nearest })
    expect(html!.match(/<li[ >]/g)).toHaveLength(11)
    expect(text.match(/^- /gm)).toHaveLength(11)
    expect(html).not.toMatch(/<img|javascript:/)
    expect(text).not.toContain('javascript:')
  })

  test('has no HTML for a subscriber who chose text', () => {
    const { subject, text } = email
    expect(emails.noMatches({ ...samples.note, format: 'text' })).toEqual({ subject, text })
  })
})
