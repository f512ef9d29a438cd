import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import { Fault, FieldFaults } from '../../../../src/core/errors.ts'
import { faultsView } from '../../../../src/web/setting-fields.ts'
import { type FormContents, formView } from '../../../../src/web/signup/form-view.ts'

const clock = stoppedClock(new Date('2026-11-24T12:00:00Z'))
const view = (filled?: FormContents, settings = {}) =>
  formView({ config: readConfig(settings), clock, features: [] }, filled)

describe('the sign-up form', () => {
  test('is filled with the settings of the site', () => {
    const form = view(
      {},
      { DIGEST_HOUR: '6', DIGEST_ZONE: 'Asia/Tokyo', DIGEST_DAYS: 'sat,sun', DIGEST_MAX: '9' },
    )
    expect(form.when).toBe('Saturday and Sunday at 06:00, Tokyo; first email Saturday 28 November.')
    expect([form.zone, form.max, form.hour, form.days]).toEqual(['Asia/Tokyo', '9', '6', ['sat', 'sun']])
    expect([form.format, form.detail]).toEqual(['html', 'full'])
    expect([form.pace, form.zoneIsOurs]).toEqual(['own', true])
  })

  test('keeps the input, even if it is unreadable', () => {
    const typed = {
      topics: ['a AND, robots'],
      zone: 'Mars/Base',
      hour: '99',
      days: ['', 'Sat'],
      detail: 'titles',
    }
    const form = view({ typed })
    expect([form.topic, form.zone, form.hour, form.days]).toEqual([
      'a AND, robots',
      'Mars/Base',
      '99',
      ['', 'sat'],
    ])
    expect(form.detail).toBe('titles')
    expect(form.zoneIsOurs).toBe(false)
  })

  test.each([{ zone: 'Mars/Base' }, { days: [''] }, { hour: '99' }])(
    'does not say when the first email comes, where %j cannot be read',
    (typed) => expect(view({ typed }).when).toBe(''),
  )

  test('has the date of the first email if another field is wrong', () =>
    expect(view({ typed: { hour: '6', max: 'many' } }).when).toBe(
      'Monday to Friday at 06:00, UTC; first email Wednesday 25 November.',
    ))

  test('links to the first day if no day is chosen', () => {
    const days = new FieldFaults([{ field: 'days', fault: new Fault('setting.no-days') }])
    expect(view({ fault: days })).toMatchObject({ errors: [{ id: 'days-mon' }] })
  })
})

describe('the errors of a form', () => {
  test('are in the order of the page; those without a field have no link', () => {
    const faults = new FieldFaults([
      { field: 'zone', fault: new Fault('zone.unknown', { zone: 'x' }) },
      { field: 'email', fault: new Fault('address.empty') },
      { field: 'email', fault: new Fault('address.malformed') },
      { field: 'website', fault: new Fault('request.wrong-type', { field: 'website', takes: 'a text' }) },
    ])
    const { errors, errorOf } = faultsView(['email', 'zone'], faults)
    expect(errors.map(({ id }) => id)).toEqual(['email', 'email', 'zone', null])
    expect(errorOf.email).toBe(
      errors
        .slice(0, 2)
        .map(({ sentence }) => sentence)
        .join(' '),
    )
    expect(faultsView(['email'], new Fault('signup.domain', { domains: 'x.example' })).errors[0]?.id).toBe(
      'email',
    )
  })

  test('have the reference of the log if they are internal', () => {
    const { errors } = faultsView(['email'], new Fault('unexpected', { what: 'secret' }), '7f3k')
    expect(errors).toEqual([{ id: null, code: 'unexpected', sentence: expect.stringMatching(/ 7f3k$/) }])
  })
})
