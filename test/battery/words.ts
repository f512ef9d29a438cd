import type { Profile } from './battery-case.ts'
import type { Results } from './results.ts'
import type { Outcome } from './run-cases.ts'

const WIDTH = 110
const INDENT = ' '.repeat(6)
const MAX_SLOWEST = 5

/** With what a run is repeated. */
export interface Run {
  profile: Profile
  seed: number
  commit: string
}

const verdictOf = ({ verdict }: Outcome): 'skip' | 'ok' | 'FAIL' =>
  typeof verdict === 'string' ? 'skip' : verdict.ok ? 'ok' : 'FAIL'

/** A row as a terminal shows it: its verdict and name, the fault, what must hold, the result, and how to repeat it. */
export function linesOf(outcome: Outcome, { seed, commit }: Run): string {
  const { name, fault, invariant } = outcome.one
  const seconds = `${outcome.seconds.toFixed(1)} s`
  const head = `${verdictOf(outcome).padEnd(6)}${name}`
  const faults = outcome.faults ? `, faults ${outcome.faults}` : ''
  return [
    `${head.padEnd(WIDTH - seconds.length)}${seconds}`,
    ...wrapped(fault),
    ...wrapped(`must hold: ${invariant}`),
    ...wrapped(resultOf(outcome)),
    ...(verdictOf(outcome) === 'skip' ? [] : wrapped(`seed ${seed}${faults}, commit ${commit}`)),
  ].join('\n')
}

const resultOf = ({ verdict }: Outcome): string =>
  typeof verdict === 'string' ? `skipped: ${verdict}` : `${verdict.n} → ${verdict.result}`

/** What --record did: only a row that passed is written, and a reader of docs/battery.md sees the earlier result of another. */
export function recordedLine(outcome: Outcome, results: Results): string {
  const { name } = outcome.one
  if (verdictOf(outcome) === 'ok') return `recorded: ${name}`
  const { date } = results[name] ?? {}
  const kept = results[name]
    ? `docs/battery.md keeps its result of ${date ?? 'an unknown day'}`
    : 'docs/battery.md has no result of it'
  return `not recorded: ${name} ${verdictOf(outcome) === 'skip' ? 'was skipped' : 'failed'}, and ${kept}`
}

/**
 * The end of a run: the slowest rows, those that could not run here with the reason, the failed ones with the command that
 * repeats each, and the counts.
 */
export function summaryOf(
  outcomes: readonly Outcome[],
  { profile, seed, commit }: Run,
  minutes: number,
): string {
  const of = (verdict: ReturnType<typeof verdictOf>) => outcomes.filter((one) => verdictOf(one) === verdict)
  const [passed, failed, skipped] = [of('ok'), of('FAIL'), of('skip')]
  const slowest = [...passed, ...failed].sort((a, b) => b.seconds - a.seconds).slice(0, MAX_SLOWEST)
  const skips = skipped.length > 0 ? `, ${skipped.length} skipped` : ''
  return [
    `slowest: ${slowest.map(({ one, seconds }) => `${one.name} ${seconds.toFixed()} s`).join(', ')}`,
    ...skipped
      .filter(({ leftOut }) => !leftOut)
      .map(({ one, verdict }) => `skipped: ${one.name}: ${verdict}`),
    ...failed.map(
      ({ one }) =>
        `failed: ${one.name}, seed ${seed}: npm run battery -- --profile ${profile} --seed ${seed} ${one.name}`,
    ),
    `${outcomes.length} rows in ${minutes.toFixed(1)} min, profile ${profile}, seed ${seed}, commit ${commit}`,
    `${passed.length} passed, ${failed.length} failed${skips}`,
  ].join('\n')
}

function wrapped(text: string): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim()
    if (longer.length > WIDTH - INDENT.length && lines.at(-1)) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines.map((line) => INDENT + line)
}
