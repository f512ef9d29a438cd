import type { Day } from '../core/dates.ts'
import { memoize } from '../core/memoize.ts'
import { fill, words } from './words.ts'

/**
 * Zones whose name in Intl is older than that of the IANA database. Intl in Node 24 lists and returns the names of
 * CLDR, which never change: it knows Europe/Kyiv, and calls it Europe/Kiev. All other names are today's.
 */
const RENAMED: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
}

/** Today's name of a zone: Europe/Kyiv for Europe/Kiev. */
export const currentZoneName = (zone: string): string => RENAMED[zone] ?? zone

/** Every zone under today's name, UTC first. */
export const ZONE_NAMES: readonly string[] = [
  'UTC',
  ...Intl.supportedValuesOf('timeZone')
    .map(currentZoneName)
    .filter((zone) => zone !== 'UTC'),
]

/** "New York" for America/New_York; "UTC". */
export const cityOfZone = (zone: string): string =>
  currentZoneName(zone).split('/').at(-1)!.replaceAll('_', ' ')

/** "Paris (UTC+2)", with the offset at noon UTC of a day; "UTC". Only for zones that Intl knows. */
export function zoneText(zone: string, day: Day): string {
  if (zone === 'UTC') return zone
  const [, sign, hours = '0', minutes = '00'] = /GMT([+-])(\d\d):(\d\d)/.exec(offsetText(zone, day)) ?? []
  const text = `${sign === '-' ? '−' : '+'}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`
  return fill(words.form.zoneOf, { city: cityOfZone(zone), offset: text })
}

/** Ends in "GMT+02:00", or in "GMT". Temporal's polyfill takes twice the time: it looks for changes of the offset. */
const offsetText = (timeZone: string, day: Day): string =>
  new Date(`${day}T12:00Z`).toLocaleString('en', { timeZone, timeZoneName: 'longOffset' })

/** Each zone with its text, by city; UTC first. Kept for a day, as computing 418 offsets takes some 40 ms. */
export const zoneChoices = memoize((day: Day): readonly { zone: string; text: string }[] => {
  const [utc, ...others] = ZONE_NAMES.map((zone) => ({ zone, text: zoneText(zone, day) }))
  return [utc!, ...others.sort((a, b) => (a.text < b.text ? -1 : 1))]
}, 4)
