import type { RenderedEmail } from '../../mail/rendering/template.ts'
import { wrap } from '../../mail/rendering/text.ts'
import type { Alert } from './alert.repo.ts'
import {
  type AlertText,
  alertText,
  alertTime,
  DOCTOR_COMMAND,
  SOURCES_COMMAND,
  STATUS_COMMAND,
} from './alert-texts.ts'

/** The subject lacks the name of the site. An alert whose incident ended before the email says so. */
export function writeAlert({ kind, values, endedAt }: Alert): RenderedEmail {
  const text = alertText(kind, values) ?? {
    subject: kind,
    facts: [],
    impact: '',
    nextSteps: [STATUS_COMMAND],
  }
  if (!endedAt) return layOut(text)
  const facts = [...text.facts, `Resolved at ${alertTime(endedAt.toISOString())}.`]
  return layOut({ ...text, subject: `resolved: ${text.subject}`, facts, impact: '' })
}

/** Several alerts in one email, one per line. */
export function writeAlertList(alerts: Alert[]): RenderedEmail {
  const lines = alerts.map((alert) => `${alertTime(alert.at.toISOString())}: ${writeAlert(alert).subject}`)
  return layOut({
    subject: `${alerts.length} more alerts`,
    facts: ['More alerts than the hourly limit:', ...lines],
    impact: '',
    nextSteps: [STATUS_COMMAND, SOURCES_COMMAND, DOCTOR_COMMAND],
  })
}

const NEXT = 'Next, run with `npm run -s cli --` (in the image: `daily-papers`):'

function layOut({ subject, facts, impact, nextSteps }: AlertText): RenderedEmail {
  const widest = Math.max(...nextSteps.map(([command]) => command.length))
  const commands = nextSteps.map(([command, shows]) => `  ${command.padEnd(widest)}   ${shows}`)
  const paragraphs = [
    facts.map((fact) => (fact === '' || fact.startsWith('  ') ? fact : wrap(fact))).join('\n'),
    impact && wrap(`For subscribers: ${impact}`),
    [NEXT, ...commands].join('\n'),
  ]
  return { subject, text: `${paragraphs.filter(Boolean).join('\n\n')}\n` }
}
