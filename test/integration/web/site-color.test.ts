import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { siteOf } from '../../../src/emails/compose-message.ts'
import { openEmails } from '../../../src/emails/render-emails.ts'
import { get, useSite } from '../../support/site.ts'

const SETTINGS = {
  ADMIN_PASSWORD: 'correct horse battery staple',
  SITE_COLOR: '#7a1f3d',
  SITE_FOOTER: 'Run by the library <of> the lab.',
}
const site = useSite(SETTINGS)
const ESCAPED = 'Run by the library &lt;of&gt; the lab.'

test('pages load the colors from a style sheet with a hash, and have the footer text', async () => {
  for (const path of ['/', '/subscribe', '/admin/login']) {
    const { body } = await get(site, path)
    const sheet = /<link rel="stylesheet" href="(\/assets\/color-[0-9a-f]{8}\.css)">/.exec(body)?.[1]
    const { body: css, headers } = await get(site, sheet!)
    expect(css).toMatch(/--accent:light-dark\(#7a1f3d,#[0-9a-f]{6}\)/)
    expect(headers['content-type']).toContain('text/css')
    expect(headers['cache-control']).toContain('immutable')
    expect(body.includes(ESCAPED)).toBe(path !== '/admin/login')
  }
})

test('emails have the colors and the footer text', async () => {
  const config = readConfig(SETTINGS)
  const emails = await openEmails(siteOf(config))
  const { html = '', text } = emails.goodbye({
    undoUrl: 'https://papers.example/resubscribe/x',
    zone: 'UTC',
    endedAt: '2026-11-24T08:00:00Z',
    validUntil: '2026-12-24T08:00:00Z',
    format: 'html',
  })
  expect(html).toContain('#7a1f3d')
  expect(html).toContain(config.SITE_COLOR!.dark)
  expect(html).not.toMatch(/#12564f|#7fcabd/)
  expect(html).toContain(ESCAPED)
  expect(text.trim().endsWith('Run by the library <of> the lab.')).toBe(true)
})
