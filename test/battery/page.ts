import type { BatteryCase } from './battery-case.ts'
import { PROMISES } from './promises.ts'
import type { Results, RowResult } from './results.ts'

const HEAD = `# The fault battery

Each row causes a fault in the real program and counts what happens. A row with a wrong variant replaces one safeguard by a
faulty one, with the same seed, and passes if the counts show the damage. Otherwise the row would prove nothing.
On each push profile ci runs, without the longest rows: it prints which check proves the same for each of them.

\`\`\`
npm run battery -- NAME                            one row, or all whose names contain NAME
npm run battery -- --seed 7 NAME                   with other faults: each row prints its seed
npm run battery -- --profile nightly --record      all rows; writes the results below
\`\`\`

Each line gives the row, its fault, its result, and when and with which seed it was recorded. Texts are shortened: a run
prints them in full, with what must hold.
`
const UNDATED = 'A line without a date and a seed is from a run that did not record them yet.\n'

/** The cases of each promise. */
const promises = (): string[] => [
  '## The promises\n',
  ...PROMISES.flatMap(({ promise, cases, variants }, i) => [
    `${i + 1}. ${promise}`,
    `   - tested by ${listed(cases)}`,
    `   - broken by ${listed(variants)}`,
  ]),
]

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

const MAX_FAULT = 60
const MAX_RESULT = 90

/** docs/battery.md, with the last results. */
export function batteryPage(cases: readonly BatteryCase[], results: Results): string {
  const isWrong = ({ name }: BatteryCase) => name.includes('wrong')
  const lines = (wanted: readonly BatteryCase[]) => wanted.map((one) => lineOf(one, results[one.name]))
  const isUndated = cases.some(({ name }) => results[name]?.date === null)
  return [
    HEAD,
    ...(isUndated ? [UNDATED] : []),
    ...promises(),
    '\n## Rows\n',
    ...lines(cases.filter((one) => !isWrong(one))),
    '\n## Wrong variants\n',
    ...lines(cases.filter(isWrong)),
    '',
  ].join('\n')
}

function lineOf({ name, fault }: BatteryCase, recorded: RowResult | undefined): string {
  const result = recorded ? [shortened(`${recorded.n} → ${recorded.result}`, MAX_RESULT)] : []
  const when = recorded?.date ? [`${recorded.date}, seed ${recorded.seed}`] : []
  return `- \`${name}\` · ${[shortened(fault, MAX_FAULT), ...result, ...when].map(escaped).join(' · ')}`
}

const escaped = (text: string): string => text.replace(/(?<!\\)[<>*_[\]]/g, (sign) => `\\${sign}`)

/** Cut at a word: "lost 0, doubled 0 …" */
function shortened(text: string, length: number): string {
  if (text.length <= length) return text
  return `${text.slice(0, text.lastIndexOf(' ', length - 2)).replace(/[,;:(]+$/, '')} …`
}
