import type { BatteryCase } from './battery-case.ts'
import { PROMISES } from './promises.ts'
import type { Outcome } from './run-cases.ts'
import { foundIn } from './words.ts'

const NOT_RECORDED = 'not recorded yet'

const head = (recorded: number, all: number): string => `# The fault battery

Each case causes a fault in the real program and counts what happens. A case that is wrong on purpose replaces one safeguard
with a faulty variant, with the same seed; it passes if the counts show the damage. Otherwise the case would test nothing.
Profile ci skips the longest cases and prints why.

\`\`\`
npm run battery -- NAME                            one case, or those whose names contain NAME
npm run battery -- --profile nightly --record      all of them; writes the counts below
\`\`\`

Each line: name · fault · counts of the last recorded run, both shortened. A run prints them in full, with what must hold.
${recorded} of ${all} cases have recorded counts; the others say "${NOT_RECORDED}".
`

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
const MAX_COUNTS = 90

/**
 * docs/battery.md after a run: the lines of the cases that ran, the recorded lines of the others. `page` is the page as it
 * is; lines of cases that no longer exist are dropped.
 */
export function batteryPage(cases: BatteryCase[], outcomes: Outcome[], page: string): string {
  const recorded = recordedIn(page)
  for (const outcome of outcomes)
    if (typeof outcome.verdict !== 'string') recorded.set(outcome.one.name, foundIn(outcome))
  const isWrong = ({ name }: BatteryCase) => name.includes('wrong')
  const lines = (wanted: BatteryCase[]) => wanted.map((one) => lineOf(one, recorded.get(one.name)))
  return [
    head(cases.filter(({ name }) => recorded.has(name)).length, cases.length),
    ...promises(),
    '\n## Cases\n',
    ...lines(cases.filter((one) => !isWrong(one))),
    '\n## Wrong on purpose\n',
    ...lines(cases.filter(isWrong)),
    '',
  ].join('\n')
}

/** The counts by case. */
function recordedIn(page: string): Map<string, string> {
  const lines = page.split('\n').map((line) => /^- `(.+?)` · .* · (.+)$/.exec(line))
  return new Map(lines.flatMap((line) => (line && line[2] !== NOT_RECORDED ? [[line[1]!, line[2]!]] : [])))
}

function lineOf({ name, fault }: BatteryCase, counts = NOT_RECORDED): string {
  const parts = [shortened(fault, MAX_FAULT), shortened(counts, MAX_COUNTS)]
  return `- \`${name}\` · ${parts.map(escaped).join(' · ')}`
}

const escaped = (text: string): string => text.replace(/(?<!\\)[<>*_[\]]/g, (sign) => `\\${sign}`)

/** Cut at a word: "lost 0, doubled 0 …" */
function shortened(text: string, length: number): string {
  if (text.length <= length) return text
  return `${text.slice(0, text.lastIndexOf(' ', length - 2)).replace(/[,;:(]+$/, '')} …`
}
