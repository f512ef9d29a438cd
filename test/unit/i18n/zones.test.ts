import { describe, expect, test } from 'vitest'
import { cityOfZone, currentZoneName, ZONE_NAMES, zoneChoices, zoneText } from '../../../src/i18n/zones.ts'

const SUMMER = '2026-07-01'
const WINTER = '2026-12-01'

describe('the choices of time zones', () => {
  test('have today’s names, each once and readable by Intl', () => {
    expect(ZONE_NAMES).toEqual(
      expect.arrayContaining(['Europe/Kyiv', 'Asia/Kolkata', 'Asia/Yangon', 'Africa/Asmara']),
    )
    const old = ['Europe/Kiev', 'Asia/Calcutta', 'Asia/Rangoon', 'Africa/Asmera']
    expect(ZONE_NAMES.filter((zone) => old.includes(zone))).toEqual([])
    expect(new Set(ZONE_NAMES).size).toBe(ZONE_NAMES.length)
    for (const timeZone of ZONE_NAMES) expect(() => new Intl.DateTimeFormat('en', { timeZone })).not.toThrow()
  })

  test('are sorted by city, UTC first, and no text occurs twice', () => {
    const [utc, ...texts] = zoneChoices(WINTER).map(({ text }) => text)
    expect(utc).toBe('UTC')
    expect(texts).toEqual(texts.toSorted())
    expect(new Set(texts).size).toBe(texts.length)
  })
})

test.each([
  ['Europe/Paris', SUMMER, 'Paris (UTC+2)'],
  ['Europe/Paris', WINTER, 'Paris (UTC+1)'],
  ['Europe/Kiev', WINTER, 'Kyiv (UTC+2)'],
  ['Asia/Calcutta', WINTER, 'Kolkata (UTC+5:30)'],
  ['America/New_York', WINTER, 'New York (UTC−5)'],
  ['America/St_Johns', WINTER, 'St Johns (UTC−3:30)'],
  ['Africa/Abidjan', WINTER, 'Abidjan (UTC+0)'],
  ['UTC', WINTER, 'UTC'],
])('the zone %s on %s is “%s”', (zone, day, text) => expect(zoneText(zone, day)).toBe(text))

test('an old name of a zone has the city of today’s name', () => {
  expect(currentZoneName('Asia/Rangoon')).toBe('Asia/Yangon')
  expect(currentZoneName('Asia/Tokyo')).toBe('Asia/Tokyo')
  expect(cityOfZone('Asia/Saigon')).toBe('Ho Chi Minh')
})
