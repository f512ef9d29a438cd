import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { buildServer } from '../../../src/web/server.ts'
import { useSite } from '../../support/site.ts'

const site = useSite()

async function securityTxt(settings: Record<string, string>) {
  const app = buildServer({ ...site.deps, config: readConfig(settings) })
  const { statusCode, headers, body } = await app.inject({ url: '/.well-known/security.txt' })
  await app.close()
  return { status: statusCode, type: headers['content-type'], body }
}

describe('/.well-known/security.txt', () => {
  const BASE_URL = 'https://papers.example.org'
  const MAIL_FROM = 'digest@papers.example.org'

  test('has the fields of RFC 9116 as plain text, and expires within a year of the clock', async () => {
    expect(await securityTxt({ BASE_URL, MAIL_FROM })).toEqual({
      status: 200,
      type: 'text/plain; charset=utf-8',
      body: [
        'Contact: mailto:digest@papers.example.org',
        'Expires: 2027-05-23T00:00:00Z',
        'Preferred-Languages: en',
        'Canonical: https://papers.example.org/.well-known/security.txt',
        '',
      ].join('\n'),
    })
  })

  test('has the address of /privacy, not the one for alerts', async () => {
    const REPLY_TO = 'help+site@papers.example.org'
    const { body } = await securityTxt({ BASE_URL, MAIL_FROM, REPLY_TO, OPERATOR_EMAIL: 'pager@example.org' })
    expect(body).toContain('Contact: mailto:help+site@papers.example.org\n')
    expect(body).not.toContain('pager@')
  })

  test('does not exist without an address that can receive email', async () => {
    expect((await securityTxt({ BASE_URL })).status).toBe(404)
    expect((await securityTxt({ OPERATOR_EMAIL: 'pager@example.org' })).status).toBe(404)
  })
})
