import { expect, test } from 'vitest'
import { readConfig } from '../../../../src/config.ts'
import { openEmails } from '../../../../src/emails/emails.ts'
import { readSignup } from '../../../../src/flows/signup/read-signup.ts'
import { stoppedClock } from '../../../../src/platform/clock.ts'
import { settingsInQuery } from '../../../../src/web/request.ts'
import { inboxPath, inboxView } from '../../../../src/web/signup/inbox-view.ts'
import { samples } from '../../../support/mails.ts'

const clock = stoppedClock(new Date('2026-11-24T12:00:00Z'))

test.each(['Daily Papers', '日々の論文', `Papers of ${'a very long name '.repeat(4)}`])(
  'the subject to look for is the one that the mail of %s has',
  async (name) => {
    const config = readConfig({ SITE_NAME: name })
    const { subject } = inboxView({ config, clock }, { typed: {} })
    const site = { name, baseUrl: 'https://papers.example.org', postalAddress: '' }
    const emails = await openEmails(site)
    expect(subject).toBe(emails.confirmation(samples.confirmation).subject)
  },
)

test('nothing that was set is lost on the way back to the form', () => {
  const config = readConfig({})
  const typed = {
    email: 'ann@example.com',
    topics: [],
    hour: '21',
    zone: 'Asia/Tokyo',
    days: ['sat'],
    max: '5',
    format: 'text',
    detail: 'titles',
  }
  const path = new URL(inboxPath(readSignup(config, typed)), 'https://x.example')
  const query = (params: URLSearchParams) => ({
    ...Object.fromEntries(params),
    days: params.getAll('days'),
  })
  const { changePath, fields } = inboxView(
    { config, clock },
    { typed: settingsInQuery(query(path.searchParams)) },
  )
  const { email: _, topics: __, ...settings } = typed
  expect(query(new URL(changePath, path).searchParams)).toEqual({ ...settings, change: '1' })
  expect(query(new URLSearchParams(fields))).toEqual(settings)
})
