/** What went wrong with a source, for the operator; `fault` is the code that is kept. */
export function faultText(fault: string, status: number | null): string {
  const said = status && status !== 200 ? ` (${status})` : ''
  return `${FAULTS[fault] ?? fault}${said}`
}

const FAULTS: Record<string, string> = {
  'source.unreachable': 'no answer',
  'source.failing': 'answered with an error',
  'source.rate-limited': 'asks to be left alone',
  'source.not-json': 'sent no list',
  'source.refused-date': 'refuses the date',
  'source.refused': 'refuses us: see its address in the settings',
  'source.unreadable': 'sent nothing readable',
  'source.unknown': 'no such source',
}
