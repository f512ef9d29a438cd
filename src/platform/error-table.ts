interface ErrorEntry {
  /** HTTP status. */
  status: number
  /** Exit code of a command: 1 failed, 2 wrong use. */
  exit: 1 | 2
  /** For the operator: value, place, allowed range. {names} are filled from the fault's values. */
  operator: string
  /** For the person: calm, says what to do next. */
  person: string
}

/** Every error code there is. A code never changes its meaning; messages may. */
export const errorTable = {
  unexpected: {
    status: 500,
    exit: 1,
    operator: 'Unexpected: {what}',
    person: 'Something broke on our side, and nothing was changed. Please try again in a few minutes.',
  },
  'usage.wrong': {
    status: 400,
    exit: 2,
    operator: '{what}',
    person: '{what}',
  },
  'page.not-found': {
    status: 404,
    exit: 1,
    operator: 'No page at this path.',
    person: 'There is no page here. The newest papers are on the front page.',
  },
  'request.too-large': {
    status: 413,
    exit: 1,
    operator: 'Request body above {limit} bytes.',
    person: 'That is more than this form takes. Send less text and try again.',
  },
  'request.unreadable': {
    status: 400,
    exit: 1,
    operator: 'The request could not be read: {what}',
    person: 'We could not read what was sent. Go back and try once more.',
  },
  'rate.too-many': {
    status: 429,
    exit: 1,
    operator: 'Rate limit {limit} reached; next try in {seconds} s.',
    person: 'Too many tries. Wait {wait}, then try again.',
  },
  'config.invalid': {
    status: 500,
    exit: 2,
    operator: 'The settings have {count} fault(s):\n{list}',
    person: 'The service is not set up yet.',
  },
  'database.unreachable': {
    status: 503,
    exit: 1,
    operator: 'The database does not answer: {what}',
    person: 'We cannot reach our records right now. Nothing was changed; please try again in a few minutes.',
  },
  'database.migration-failed': {
    status: 503,
    exit: 1,
    operator:
      'Migration {name} failed before. Repair the database, then set rolled_back_at in its row of _prisma_migrations.',
    person: 'We cannot reach our records right now. Please try again in a few minutes.',
  },
  'database.behind': {
    status: 503,
    exit: 1,
    operator:
      'The database lacks {count} migration(s), the first is {name}. Run: npm run -s cli -- db migrate',
    person: 'We are being updated. Please try again in a few minutes.',
  },
  'zone.unknown': {
    status: 422,
    exit: 2,
    operator: 'Unknown time zone "{zone}": use a name such as Europe/Paris, or UTC.',
    person: 'We do not know the time zone “{zone}”. Use a name such as Europe/Paris, or UTC.',
  },
  'date.invalid': {
    status: 404,
    exit: 2,
    operator: '"{date}" is no date: use YYYY-MM-DD.',
    person: '“{date}” is not a date. A day looks like 2026-11-24.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable
