import type { AlertValues } from './alert.repo.ts'

const LABEL = 26
const NUMBER = 9
const MIB = 1024 * 1024

const RETURN_ROWS: [label: string, name: string][] = [
  ['Bounced: no mailbox', 'dead'],
  ['Bounced: mailbox full', 'full'],
  ['Complaints', 'complaint'],
]

/** The week next to the week before, as columns. */
export function weeklyReportLines(values: AlertValues): string[] {
  const pair = (label: string, name: string) => row(label, values[name], values[`${name}Before`])
  const single = (label: string, text: string) => `  ${label.padEnd(LABEL)}${text}`
  // An alert that an older release stored lacks these values.
  const returnRows = RETURN_ROWS.filter(([, name]) => values[name] !== undefined)
  return [
    row('', 'this week', 'before'),
    pair('Subscribers', 'subscribers'),
    pair('Sign-ups', 'asked'),
    pair('Confirmed', 'confirmed'),
    pair('Unsubscribed', 'unsubscribed'),
    pair('Emails accepted', 'accepted'),
    pair('Emails refused', 'refused'),
    pair('Emails given up', 'gaveUp'),
    pair('Emails uncertain', 'uncertain'),
    pair('Emails skipped', 'skipped'),
    ...returnRows.map(([label, name]) => pair(label, name)),
    '',
    single('Complete dates', `${values.closed} of ${values.dates} with digests due`),
    single(
      'Source days',
      `${values.withPapers} of ${values.sourceDays} with papers, ${values.papers} papers`,
    ),
    single('Suppressed addresses', `${values.suppressions}`),
    single('Database', `${Math.round(Number(values.databaseBytes) / MIB)} MiB`),
  ]
}

const row = (
  label: string,
  now: string | number | null | undefined,
  before: string | number | null | undefined,
): string =>
  `  ${label.padEnd(LABEL)}${String(now ?? '').padStart(NUMBER)}${String(before ?? '').padStart(NUMBER)}`
