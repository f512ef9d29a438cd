import { describe, expect, test } from 'vitest'
import { openEmails } from '../../src/emails/render-emails.ts'
import { breachedRules } from '../support/email-rules.ts'
import { digest, site } from '../support/emails.ts'
import { MAIL_NAMES, renderMails } from '../support/sample-emails.ts'
import { DIGEST_CASES, OTHER_CASES } from './email-cases.ts'

const emails = await openEmails({ ...site, privacyUrl: 'https://papers.example.org/privacy' })
const samples = await renderMails()
const sample = samples.get('digest')!.html!

test.each([
  ...MAIL_NAMES.map((name) => [name, samples.get(name)!.html] as const),
  ...Object.entries(OTHER_CASES).map(([name, render]) => [name, render(emails).html] as const),
  ...Object.entries(DIGEST_CASES).map(
    ([name, content]) => [`digest: ${name}`, emails.digest(digest(content)).html] as const,
  ),
])('the email %s breaches no rule of accessible email', (_name, html) => {
  expect(html && breachedRules(html)).toEqual(html && [])
})

describe('`breachedRules` finds', () => {
  test.each<[string, (html: string) => string]>([
    ['<html> without a language', (html) => html.replace('<html lang="en"', '<html')],
    ['a body whose content has no language', (html) => html.replace(/(role="article") lang="en"/, '$1')],
    [
      'a body whose content has no direction',
      (html) => html.replace(/(lang="en") dir="ltr" (style)/, '$1 $2'),
    ],
    ['a table without a role', (html) => html.replace('role="presentation" class="facts"', 'class="facts"')],
    ['a link without a text', (html) => html.replace('>PDF</a>', '></a>')],
    ['a link with a generic text', (html) => html.replace('>PDF</a>', '>here</a>')],
    ['a missing title', (html) => html.replace(/<title>.*?<\/title>/s, '')],
    ['an image without an alternative', (html) => html.replace('<h1', '<img src="x"><h1')],
    ['a page that cannot be zoomed', (html) => html.replace('initial-scale=1', 'user-scalable=no')],
    ['a second heading of level one', (html) => html.replace('<h2', '<h1>x</h1><h2')],
    ['a level that is skipped', (html) => html.replaceAll('<h2', '<h4').replaceAll('</h2', '</h4')],
    ['an empty heading', (html) => html.replace('<h2', '<h2></h2><h2')],
    ['a missing character set', (html) => html.replace('charset=UTF-8', '')],
    ['a missing request not to reformat', (html) => html.replace('x-apple-disable-message-reformatting', '')],
    ['justified text', (html) => html.replace('<p class="lead" style="', '$&text-align: justify; ')],
    ['small text', (html) => html.replace('font-size:14px', 'font-size:11px')],
    ['a link without an underline', (html) => html.replace(/text-decoration:underline([^>]*>PDF<)/, '$1')],
    ['a mark', (html) => html.replace('<span class="hit"', '<mark></mark><span class="hit"')],
    ...['color:#ffffff', 'color:#888', 'color:transparent', 'opacity:1'].map(
      (style): [string, (html: string) => string] => [
        `hidden text with ${style}`,
        (html) => html.replace('mso-hide:all;color:#1f1e1b', `mso-hide:all;${style}`),
      ],
    ),
  ])('%s', (_what, spoil) => {
    const html = spoil(sample)
    expect(html).not.toBe(sample)
    expect(breachedRules(html)).toHaveLength(1)
  })
})
