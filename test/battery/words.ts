import type { Outcome } from './run-cases.ts'

const WIDTH = 110
const INDENT = ' '.repeat(6)

const verdictOf = ({ verdict }: Outcome): string =>
  typeof verdict === 'string' ? 'skip' : verdict.ok ? 'ok' : 'FAIL'

/** The result: "3000 mails, 20 kills → lost 0, doubled 81". */
export const foundIn = ({ verdict }: Outcome): string =>
  typeof verdict === 'string' ? `skipped: ${verdict}` : `${verdict.n} → ${verdict.result}`

/** A case as a terminal shows it: its verdict and name, what was done and must hold, what came of it. */
export function linesOf(outcome: Outcome): string {
  const { name, fault, invariant } = outcome.one
  const seconds = `${outcome.seconds.toFixed(1)} s`
  const head = `${verdictOf(outcome).padEnd(6)}${name}`
  return [
    `${head.padEnd(WIDTH - seconds.length)}${seconds}`,
    ...wrapped(fault),
    ...wrapped(`holds: ${invariant}`),
    ...wrapped(foundIn(outcome)),
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
