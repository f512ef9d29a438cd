import type { DnsRecord } from './records.ts'

const MAX_STRING_LENGTH = 255
const TTL = 3600

/** The lines of a zone file, with a comment above each record. Texts are split into strings of 255 bytes. */
export const zoneFile = (records: DnsRecord[]): string =>
  records
    .map(({ name, type, value, why }) => `; ${why}\n${name}. ${TTL} IN ${type} ${dataOf(type, value)}`)
    .join('\n\n')

function dataOf(type: DnsRecord['type'], value: string): string {
  if (type !== 'TXT') return value
  const strings = textStrings(value).map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`)
  return strings.length === 1 ? strings[0]! : `(\n    ${strings.join('\n    ')} )`
}

/** Splits a text into the strings of a TXT record: 255 bytes each. */
function textStrings(value: string): string[] {
  return value.match(new RegExp(`[\\s\\S]{1,${MAX_STRING_LENGTH}}`, 'g')) ?? ['']
}
