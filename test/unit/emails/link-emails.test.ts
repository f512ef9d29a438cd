import { describe, expect, test } from 'vitest'
import { openEmails } from '../../../src/emails/render-emails.ts'
import { hrefsOf, readable, samples, site } from '../../support/emails.ts'

const emails = readable(await openEmails(site))

describe('the goodbye', () => {
  const email = emails.goodbye(samples.goodbye)

  test('links only to the site and to the page that subscribes again, in both parts', () => {
    const { undoUrl } = samples.goodbye
    expect(new Set(hrefsOf(email.html))).toEqual(new Set([site.baseUrl, undoUrl]))
    expect(email.text).toContain(undoUrl)
  })

  test('has no HTML for a subscriber who chose text', () => {
    const { html, text, subject } = emails.goodbye({ ...samples.goodbye, format: 'text' })
    expect([html, text, subject]).toEqual([undefined, email.text, email.subject])
  })
})
