import { expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import { openEmails } from '../../../../src/emails/render-emails.ts'
import { readTypedSettings } from '../../../../src/subscribers/read-signup.ts'
import { inboxView } from '../../../../src/web/signup/inbox-view.ts'
import { samples } from '../../../support/emails.ts'

const clock = stoppedClock(new Date('2026-11-24T12:00:00Z'))

test.each(['Daily Papers', '日々の論文', `Papers of ${'a very long name '.repeat(4)}`])(
  'the subject to look for is the one that the email of %s has',
  async (name) => {
    const config = readConfig({ SITE_NAME: name })
    const { subject } = inboxView({ config, clock }, { sent: null })
    const site = { name, baseUrl: 'https://papers.example.org', postalAddress: '' }
    const emails = await openEmails(site)
    expect(subject).toBe(emails.confirmation(samples.confirmation).subject)
  },
)

test('no setting is lost on the way back to the form', () => {
  const config = readConfig({})
  const typed = {
    hour: '21',
    zone: 'Asia/Tokyo',
    days: ['sat'],
    max: '5',
    format: 'text',
    detail: 'titles',
    related: 'true',
  }
  const sent = { email: 'ann@example.com', settings: readTypedSettings(config, typed), topics: null }
  const { changePath, fields, address } = inboxView({ config, clock }, { sent, token: 'T' })
  const query = (params: URLSearchParams) => ({
    ...Object.fromEntries(params),
    days: params.getAll('days'),
  })
  expect(address).toBe('ann@example.com')
  expect(query(new URL(changePath, 'https://x.example').searchParams)).toEqual({ ...typed, change: '1' })
  expect(query(new URLSearchParams(fields))).toEqual(typed)
  const known = inboxView({ config, clock }, { sent: { ...sent, topics: ['robots'] }, token: 'T' })
  expect(known.changePath).toBe('/check-inbox/T/change')
  expect(query(new URLSearchParams(known.fields))).toEqual({ ...typed, topic: 'robots' })
})
