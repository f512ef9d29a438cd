import { shortDate } from '../../i18n/dates.ts'
import type { RenderedEmail } from '../../mail/rendering/template.ts'
import { wrap } from '../../mail/rendering/text.ts'
import { shortInstant } from '../../operator/health/condition.ts'
import { type Alert, isWeekly } from './alert.repo.ts'
import { weeklyReportLines } from './weekly-report.ts'

/**
 * One email for any number of alerts, with a line for each earlier one that was resolved since the last email. The
 * subject lacks the name of the site.
 */
export function writeAlerts(alerts: readonly Alert[], resolved: readonly Alert[] = []): RenderedEmail {
  const [first] = alerts
  const subject = alerts.length === 1 ? alertTitle(first!) : `${alerts.length} alerts`
  const paragraphs = [
    ...alerts.flatMap(paragraphsOf),
    ...(resolved.length > 0 ? [['Resolved:', ...resolved.map(resolvedLine)].join('\n')] : []),
  ]
  return { subject, text: `${paragraphs.join('\n\n')}\n` }
}

/** "mail server refuses"; "resolved: …" if it ended before an email could be sent. */
export function alertTitle({ kind, values, endedAt }: Alert): string {
  if (isWeekly({ kind }))
    return `the week from ${shortDate(String(values.from))} to ${shortDate(String(values.to))}`
  return `${endedAt ? 'resolved: ' : ''}${kind.replaceAll('-', ' ')}`
}

/** What the table of conditions said when the alert was raised. */
function paragraphsOf({ kind, at, values, endedAt }: Alert): string[] {
  if (isWeekly({ kind })) return [weeklyReportLines(values).join('\n')]
  const { sentence, detail, fix } = values
  return [
    wrap(`${shortInstant(at)}: ${sentence}`),
    ...(detail && !String(sentence).includes(String(detail)) ? [wrap(`Details: ${detail}`)] : []),
    wrap(endedAt ? `Resolved at ${shortInstant(endedAt)}.` : `Fix: ${fix}`),
  ]
}

const resolvedLine = ({ values, endedAt }: Alert): string =>
  wrap(`Until ${shortInstant(endedAt!)}: ${values.sentence}`, '  ')
