import { styleText } from 'node:util'
import { type Check, type CheckState, quantity } from '../doctor/check.ts'

const MARKS: Record<CheckState, string> = { ok: '✓', warning: '!', wrong: '✗', skipped: '–' }
const STYLES = { ok: 'green', warning: 'yellow', wrong: 'red', skipped: 'dim' } as const
const MAX_LINE_LENGTH = 100

/** One line per check with its fix below it, and the number of checks per state. */
export function textOfChecks(checks: Check[]): string {
  const width = Math.max(...checks.map(({ check }) => check.length))
  return [...checks.flatMap((check) => linesOf(check, width)), '', summaryOf(checks)].join('\n')
}

function linesOf({ check, state, found, fix }: Check, width: number): string[] {
  const indent = ' '.repeat(width + 5)
  const wrapped = (text: string) => wrap(text, MAX_LINE_LENGTH - indent.length)
  const [first, ...rest] = wrapped(state === 'skipped' ? `skipped: ${found}` : found)
  const fixes = fix ? wrapped(`fix: ${fix}`) : []
  const head = `${styleText(STYLES[state], MARKS[state])}  ${check.padEnd(width)}  ${first}`
  return [
    head,
    ...rest.map((text) => indent + text),
    ...fixes.map((text) => indent + styleText('cyan', text)),
  ]
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function summaryOf(checks: Check[]): string {
  const of = (state: CheckState) => checks.filter((check) => check.state === state).length
  const parts = [
    `${of('ok')} ok`,
    quantity(of('warning'), 'warning'),
    styled('wrong', of('wrong')),
    `${of('skipped')} skipped`,
  ]
  return `${parts.join(', ')}.`
}

const styled = (state: CheckState, number: number): string =>
  number > 0 ? styleText(STYLES[state], `${number} ${state}`) : `${number} ${state}`
