const KB = 1024
const LONG = 'x'.repeat(10 * KB)

type Random = () => number
type Mutation = (text: string, random: Random) => string

const below = (random: Random, most: number): number => Math.floor(random() * most)
const byte = (random: Random): string => String.fromCharCode(below(random, 256))
const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => below(random, 10)).join('')

const CODES = [
  '250',
  '251',
  '220',
  '221',
  '354',
  '334',
  '421',
  '450',
  '452',
  '550',
  '552',
  '554',
  '200',
  '999',
]

/** How a reply may be damaged on its way, or be wrong from the beginning. */
const MUTATIONS: Mutation[] = [
  function cut(text, random) {
    return text.slice(0, below(random, text.length))
  },
  function repeated(text, random) {
    return text.repeat(2 + below(random, 3))
  },
  function wrongBytes(text, random) {
    const bytes = [...text]
    for (let i = 1 + below(random, 4); i > 0; i--) bytes[below(random, bytes.length)] = byte(random)
    return bytes.join('')
  },
  function moreBytes(text, random) {
    const at = below(random, text.length + 1)
    return (
      text.slice(0, at) +
      Array.from({ length: 1 + below(random, 8) }, () => byte(random)).join('') +
      text.slice(at)
    )
  },
  function otherCode(text, random) {
    return CODES[below(random, CODES.length)] + text.slice(3)
  },
  function wrongCode(text, random) {
    return digits(random, 1 + below(random, 12)) + text.slice(below(random, 5))
  },
  function longLine(text, random) {
    return `${text.slice(0, 4)}${LONG}${random() < 0.5 ? '\r\n' : ''}`
  },
  function manyLines(text, random) {
    const code = random() < 0.5 ? text.slice(0, 3) : CODES[below(random, CODES.length)]
    return `${`${code}-more\r\n`.repeat(1 + below(random, 600))}${text}`
  },
  function lastLineOpen(text) {
    return `${text.slice(0, 3)}-${text.slice(4)}`
  },
  function otherLineEnds(text, random) {
    return text.replaceAll('\r\n', ['\n', '\r', '', '\r\r\n', '\n\r'][below(random, 5)]!)
  },
  function blankLines(text, random) {
    return '\r\n'.repeat(1 + below(random, 50)) + text
  },
  function another(text, random) {
    return `${text}${CODES[below(random, CODES.length)]} and another\r\n`
  },
  function nothing() {
    return ''
  },
  function refusal(_text, random) {
    return `${4 + below(random, 2)}${digits(random, 2)} ${digits(random, 1)}.7.1 no\r\n`
  },
]

/** Applies one mutation, sometimes two. */
export function mutate(text: string, random: Random): string {
  const once = MUTATIONS[below(random, MUTATIONS.length)]!(text, random)
  return random() < 0.2 && once.length > 4 ? MUTATIONS[below(random, MUTATIONS.length)]!(once, random) : once
}

/** True if the text starts with a whole reply, of any number of lines, whose lines all have the code 250. */
export function saysAccepted(reply: string): boolean {
  const lines = reply.split(/\r?\n/)
  lines.pop() // incomplete
  const first = lines.findIndex((line) => line.trim() !== '')
  const last = lines.findIndex((line, i) => i >= first && !/^250-/.test(line))
  return first >= 0 && last >= 0 && /^250( .*)?$/s.test(lines[last]!)
}
