import { mutate } from '../smtp/mutations.ts'

type Random = () => number
type Mutation = (lines: string[], random: Random, others: readonly string[]) => string[]

const below = (random: Random, most: number): number => Math.floor(random() * most)
const linesOf = (mail: string): string[] => mail.split(/(?<=\n)/)

/** The parts of a report with recipients and reasons. */
const TELLS = /\b[245][.\d]\d|recipient|action:|status|diagnostic|content-type|said|^--/i

/** A position in it, more often than not in one of those parts. */
function placeIn(lines: string[], random: Random): number {
  const telling = random() < 0.7 ? [...lines.keys()].filter((at) => TELLS.test(lines[at]!)) : []
  return telling.length > 0 ? telling[below(random, telling.length)]! : below(random, lines.length)
}

/** How a whole report may be damaged on its way, or be wrong from the beginning. */
const MUTATIONS: Mutation[] = [
  // As in an SMTP reply: each line may be one.
  function linesAsAnswers(lines, random) {
    const mutated = [...lines]
    for (let i = 1 + below(random, 4); i > 0; i--) {
      const at = placeIn(mutated, random)
      mutated[at] = mutate(mutated[at]!, random)
    }
    return mutated
  },
  function cutAnywhere(lines, random) {
    const mail = lines.join('')
    return linesOf(mail.slice(0, below(random, mail.length)))
  },
  function withoutSome(lines, random) {
    const at = placeIn(lines, random)
    return lines.toSpliced(at, 1 + below(random, 3))
  },
  function exchanged(lines, random) {
    const [one, other] = [placeIn(lines, random), placeIn(lines, random)]
    return lines.with(one, lines[other]!).with(other, lines[one]!)
  },
  function someAgain(lines, random) {
    const at = placeIn(lines, random)
    const some = lines.slice(at, at + 1 + below(random, 20))
    return lines.toSpliced(at, 0, ...Array.from({ length: 1 + below(random, 20) }, () => some).flat())
  },
  function endOfAnother(lines, random, others) {
    const other = linesOf(others[below(random, others.length)]!)
    return [...lines.slice(0, placeIn(lines, random)), ...other.slice(placeIn(other, random))]
  },
  function otherLineEnds(lines, random) {
    const end = ['\n', '\r', '\r\n', '\r\r\n', '\n\n', ' \n', '=\n'][below(random, 7)]!
    return lines.map((line) => line.replace(/\r?\n$/, end))
  },
  function quotedOrIndented(lines, random) {
    const before = ['> ', '>> ', ' ', '\t', '    '][below(random, 5)]!
    const from = placeIn(lines, random)
    return lines.map((line, at) => (at < from ? line : before + line))
  },
  function otherLetters(lines, random) {
    return lines.map((line) => (random() < 0.2 ? line.toUpperCase() : line))
  },
]

/** Applies one mutation, sometimes more. Takes a letter for each byte, and returns them as UTF-8. */
export function mutateReport(report: string, others: readonly string[], random: Random): string {
  let lines = linesOf(report)
  do {
    lines = MUTATIONS[below(random, MUTATIONS.length)]!(lines, random, others)
  } while (lines.length > 0 && random() < 0.4)
  return Buffer.from(lines.join(''), 'latin1').toString()
}
