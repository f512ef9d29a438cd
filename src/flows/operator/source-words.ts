/** What went wrong with a source, for the operator; `fault` is the code that is kept. */
export function faultText(fault: string, status: number | null): string {
  const said = status && status !== 200 ? ` (answer ${status})` : ''
  return `${FAULTS[fault] ?? fault}${said}`
}

const FAULTS: Record<string, string> = {
  'source.unreachable': 'it did not answer',
  'source.failing': 'it answered with a fault of its own',
  'source.rate-limited': 'it wants to be left alone for a while',
  'source.not-json': 'it answered with something else than a list',
  'source.refused-date': 'it refuses the date',
  'source.refused': 'it refuses the request: see its address in the settings',
  'source.unreadable': 'none of its entries could be read',
  'source.unknown': 'no such source',
}
