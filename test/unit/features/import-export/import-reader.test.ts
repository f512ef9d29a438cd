import { describe, expect, test } from 'vitest'
import { readInstant } from '../../../../src/features/import-export/import-instant.ts'
import { readHead } from '../../../../src/features/import-export/import-reader.ts'

const head = (text: string) => readHead(text.split(','))

describe('the head of a file', () => {
  test.each([
    ['email,state', 'own'],
    ['E-Mail', 'own'],
    ['uuid,email,name,attributes,status,created_at,updated_at', 'listmonk'],
    ['email,status,subscription_status', 'listmonk'],
    ['Email,First name,Last name,Data,Status,External ID', 'keila'],
    ['Email,First name,Last name,Data,Status', 'keila'],
    ['Email,First name,Last name', 'own'],
    ['email,external_id', 'own'],
    ['email,attributes', 'own'],
    ['email,status,double_opt_in_at', 'keila'],
    ['address_hash,reason,at,key', 'suppressions'],
    ['Email Address,First Name,Last Name,OPTIN_TIME,CONFIRM_TIME', 'mailchimp'],
    ['Email Address,First Name,Last Name,UNSUB_TIME', 'mailchimp'],
    ['email,state,confirm_time', 'mailchimp'],
    ['email,topics,state,type,creation_date', 'buttondown'],
    ['email,topics,created_at', 'own'],
    ['id,email,name,subscribed_to_emails,created_at', 'ghost'],
    ['email,active_subscription,email_disabled', 'substack'],
    ['email_address,creation_date,type', 'buttondown'],
    ['Name,Email,Status', 'sendy'],
  ])('%s is of %s', (text, format) => {
    expect(head(text).format).toBe(format)
  })

  test('names unknown columns', () => {
    expect(head('email,name,phone').ignored).toEqual(['name', 'phone'])
    expect(head('Email,First name,Last name').ignored).toEqual(['first_name', 'last_name'])
  })

  test.each(['date', 'created', 'name', 'rate', 'data', 'info'])(
    '%s is a column of its own, not a misspelt name',
    (column) => expect(head(`email,${column}`).ignored).toEqual([column]),
  )

  test.each([
    ['emial,state', 'import.column-slip', /"emial": did you mean "email"/],
    ['email,topic', 'import.column-slip', /"topic": did you mean "topics"/],
    ['email,confirmed_art', 'import.column-slip', /did you mean "confirmed_at"/],
    ['name,phone', 'import.no-email-column', /It has name, phone|it has name, phone/],
    ['email,state,State', 'import.column-twice', /"state" twice/],
    ['email,Status', 'import.who-left', /"Status" may say who left/],
    ['email,Opted Out', 'import.who-left', /"Opted Out" may say who left/],
    ['email,Abgemeldet am', 'import.who-left', /"Abgemeldet am" may say who left/],
    ['email,Désinscrit le', 'import.who-left', /"Désinscrit le" may say who left/],
    ['email,emailBlacklisted', 'import.who-left', /"emailBlacklisted" may say who left/],
    ['email,Do Not Email', 'import.who-left', /"Do Not Email" may say who left/],
    ['email,left_at', 'import.who-left', /"left_at" may say who left/],
    ['email,Expired', 'import.who-left', /"Expired" may say who left/],
    ['email,isDeleted', 'import.who-left', /"isDeleted" may say who left/],
    ['email,suppressed_at', 'import.who-left', /"suppressed_at" may say who left/],
    ['uuid,email,attributes,status,Unsubscribed', 'import.who-left', /"Unsubscribed" may say who left/],
  ])('%s is refused', (text, code, message) => {
    expect(() => head(text)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })
})

describe('an instant', () => {
  const now = new Date('2026-11-24T12:00:00Z')

  test.each([
    ['2025-03-01T08:00:00Z', '2025-03-01T08:00:00.000Z'],
    ['2025-03-01', '2025-03-01T00:00:00.000Z'],
    ['2025-03-01 08:00:00.123456 +0000 UTC', '2025-03-01T08:00:00.123Z'],
    ['2025-03-01 08:00:00 +0000 +0000', '2025-03-01T08:00:00.000Z'],
    ['2025-03-01 10:00:00 +0200 CEST', '2025-03-01T08:00:00.000Z'],
    ['2025-03-01 10:00:00+02', '2025-03-01T08:00:00.000Z'],
    ['2025-03-01 08:00', '2025-03-01T08:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(readInstant('at', text, now)?.toISOString()).toBe(iso)
  })

  test.each([
    ' ',
    '0001-01-01T00:00:00Z',
    '0001-01-01 00:00:00 +0000 UTC',
    '0001-01-01 00:09:21+00:09:21',
    '0000-00-00 00:00:00',
    '1970-01-01T00:00:00Z',
  ])('"%s" is not an instant', (text) => expect(readInstant('at', text, now)).toBeNull())

  test('is accepted from 1995 on', () =>
    expect(readInstant('at', '1995-01-01', now)).toEqual(new Date('1995-01-01')))

  test.each([
    '2025-02-30',
    '2025-04-31 08:00:00',
    'yesterday',
    '2025-13-01',
    '01.03.2025',
    '2026-11-25T00:00:00Z',
    '1994-12-31',
    '0025-03-01',
  ])('%s is refused', (text) => {
    expect(() => readInstant('at', text, now)).toThrow(expect.objectContaining({ code: 'import.instant' }))
  })
})
