import type { RenderedEmail } from '../../mail/rendering/template.ts'
import { wrap } from '../../mail/rendering/text.ts'
import {
  type AlertText,
  alertTime,
  DOCTOR_COMMAND,
  SOURCES_COMMAND,
  STATUS_COMMAND,
} from '../health/condition.ts'
import { CONDITIONS } from '../health/conditions.ts'
import type { Alert, AlertValues } from './alert.repo.ts'
import { weeklyReportLines } from './weekly-report.ts'

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

/** Alerts of no condition. */
const TEXTS: Record<string, (values: AlertValues) => AlertText> = {
  week: (values) => ({
    subject: `the week from ${values.from} to ${values.to}`,
    facts: weeklyReportLines(values),
    impact: '',
    nextSteps: [['digests status --date D', 'the totals of one date']],
  }),
  /** An incident has ended. */
  over: ({ kind, over, ...values }) => {
    const { subject, facts } = alertText(String(kind), values)!
    return {
      subject: `resolved: ${subject}`,
      facts: [`Resolved at ${alertTime(over)}.`, 'The alert was:', ...facts],
      impact: '',
      nextSteps: [STATUS_COMMAND],
    }
  },
}

function alertText(kind: string, values: AlertValues): AlertText | undefined {
  const alerts = CONDITIONS.flatMap(({ alert }) => (alert?.kind === kind ? [alert] : []))
  const alert =
    alerts.find(({ what }) => what?.includes(String(values.what))) ?? alerts.find(({ what }) => !what)
  return (alert?.text ?? TEXTS[kind])?.(values)
}
