import { describe, expect, test } from 'vitest'
import { type Fault, FieldFaults, FieldReader } from '../../../src/core/errors.ts'
import { readSettings, type TypedSettings } from '../../../src/subscribers/read-signup.ts'
import type { SubscriberSettings } from '../../../src/subscribers/subscriber.ts'

const DEFAULTS: SubscriberSettings = {
  zone: 'UTC',
  hour: 8,
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  maxPapers: 15,
  format: 'html',
  detail: 'full',
  related: false,
}

function read(typed: TypedSettings): SubscriberSettings {
  const fields = new FieldReader()
  const settings = readSettings(typed, DEFAULTS, fields)
  fields.finish()
  return settings
}

describe('`readSettings`', () => {
  test('has the defaults for fields that are absent or empty', () => {
    expect(read({})).toEqual(DEFAULTS)
    expect(read({ zone: ' ', hour: '', max: '', format: '', detail: '' })).toEqual(DEFAULTS)
  })

  test('reads typed values', () => {
    expect(
      read({
        zone: 'asia/tokyo',
        hour: '09:00',
        days: ['sun', 'mon'],
        max: '25',
        format: 'Text',
        detail: 'titles',
        related: 'true',
      }),
    ).toEqual({
      zone: 'Asia/Tokyo',
      hour: 9,
      days: ['mon', 'sun'],
      maxPapers: 25,
      format: 'text',
      detail: 'titles',
      related: true,
    })
    expect(read({ days: ['', 'mon'] }).days).toEqual(['mon'])
    expect(read({ days: ['fri,mon', 'mon'] }).days).toEqual(['mon', 'fri'])
    expect(read({ zone: 'America/New York' }).zone).toBe('America/New_York')
    expect(read({ zone: 'Asia/Calcutta' }).zone).toBe('Asia/Kolkata')
    expect(read({ hour: '0' }).hour).toBe(0)
  })

  test.each<[TypedSettings, string]>([
    [{ zone: 'EST' }, 'zone.unknown'],
    [{ zone: 'Mars/Olympus' }, 'zone.unknown'],
    [{ hour: '24' }, 'setting.hour'],
    [{ hour: '-1' }, 'setting.hour'],
    [{ hour: '8.5' }, 'setting.hour'],
    [{ hour: '1e1' }, 'setting.hour'],
    [{ days: ['today'] }, 'setting.days'],
    [{ days: [','] }, 'setting.no-days'],
    [{ days: [''] }, 'setting.no-days'],
    [{ days: [] }, 'setting.no-days'],
    [{ max: '0' }, 'setting.max'],
    [{ max: '26' }, 'setting.max'],
    [{ format: 'pdf' }, 'setting.format'],
    [{ detail: 'some' }, 'setting.detail'],
    [{ related: 'some' }, 'setting.related'],
  ])('refuses %j', (typed, code) => {
    expect(() => read(typed)).toThrow(expect.objectContaining({ code }))
  })

  test('reports all invalid fields at once, with the message of the first', () => {
    const error = (() => {
      try {
        return read({ zone: 'EST', hour: '24', max: '99' })
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(FieldFaults)
    expect((error as FieldFaults).fields.map(({ field, fault }) => [field, fault.code])).toEqual([
      ['zone', 'zone.unknown'],
      ['hour', 'setting.hour'],
      ['max', 'setting.max'],
    ])
    expect((error as Fault).code).toBe('zone.unknown')
  })

  test('rethrows errors that are not faults', () => {
    expect(() =>
      new FieldReader().read('x', 0, () => {
        throw new TypeError('ours')
      }),
    ).toThrow('ours')
  })
})
