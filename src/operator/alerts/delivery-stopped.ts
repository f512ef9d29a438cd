import type { AlertValues } from './alert.repo.ts'
import {
  type AlertText,
  alertTime,
  BOUNCES_TRY_COMMAND,
  DOCTOR_COMMAND,
  RESUME_COMMAND,
  STATUS_COMMAND,
} from './alert-text.ts'

const STOP_REASONS: Record<string, string> = {
  'login-refused': 'the mail server refuses the login',
  'tls-refused': 'no encrypted connection to the mail server',
  unreachable: 'the mail server cannot be reached',
  'refused-alike': 'ten identical refusals in a row',
  'refused-much': 'too many of the last emails were refused',
}
const PAUSING_REASONS = ['refused-alike', 'refused-much']

const lastReply = (text: AlertValues[string] | undefined): string[] => (text ? [`Last reply: ${text}`] : [])

const STOPPED: Record<string, (values: AlertValues) => AlertText> = {
  restored,
  promoted,
  'domain-held': domainHeld,
  complaints: tooManyComplaints,
}

/** What stopped delivery, entirely or to one domain. */
export const deliveryStopped = (values: AlertValues): AlertText =>
  (STOPPED[String(values.what)] ?? laneStopped)(values)

function laneStopped({ subject, what, detail: reply, since }: AlertValues): AlertText {
  const why = STOP_REASONS[String(what)] ?? String(what)
  const isPaused = PAUSING_REASONS.includes(String(what)) && subject === 'bulk'
  return {
    subject: `delivery stopped, ${why}`,
    facts: [
      `Since ${alertTime(since)}: ${why}.`,
      ...lastReply(reply),
      ...(isPaused ? ['Delivery is paused.'] : []),
    ],
    impact:
      subject === 'transactional'
        ? 'Confirmations and account links are not being sent. They are retried every minute, each until its deadline.'
        : isPaused
          ? 'No emails are sent until you resume delivery. Digests not sent within 20 hours of their hour are given up; the next ones include their papers.'
          : 'Digests are not being sent. They are retried every minute, each until 20 hours after its hour.',
    nextSteps: [
      DOCTOR_COMMAND,
      ...(isPaused ? [BOUNCES_TRY_COMMAND] : []),
      STATUS_COMMAND,
      ...(isPaused ? [RESUME_COMMAND] : []),
    ],
  }
}

function restored({ since }: AlertValues): AlertText {
  return {
    subject: 'this database was restored, delivery waits for you',
    facts: [`Since ${alertTime(since)}: this database was restored from a backup. Delivery is paused.`],
    impact:
      'Nothing is planned or sent until you resume delivery, because this database has no record of what was sent after the backup.',
    nextSteps: [['delivery resume --dry-run', 'what would end and what would continue'], STATUS_COMMAND],
  }
}

function promoted({ since }: AlertValues): AlertText {
  return {
    subject: 'a standby of the database was promoted, delivery waits for you',
    facts: [
      `Since ${alertTime(since)}: the database server is on a new timeline, so a standby was promoted or the server was restored to an earlier moment. Delivery is paused.`,
    ],
    impact:
      'Nothing is planned or sent until you resume it. Emails that were sent just before are not recorded here if the standby had not received that yet, and would be sent twice.',
    nextSteps: [
      ['delivery resume --dry-run', 'what ends if the standby may lack something'],
      ['delivery resume --moved', 'if it had received everything: nothing ends'],
      STATUS_COMMAND,
    ],
  }
}

function domainHeld({ subject: domain, detail: refused, since }: AlertValues): AlertText {
  return {
    subject: `email to ${domain} is on hold for an hour`,
    facts: [`Since ${alertTime(since)}: ${domain} refused ${refused}`],
    impact: `Digests to ${domain} wait and resume slowly after the hour, or stay on hold if it keeps refusing. Digests that have waited 20 hours since their hour are skipped, and the next ones include their papers. Other domains are not affected, and confirmations and links are still sent everywhere.`,
    nextSteps: [STATUS_COMMAND, BOUNCES_TRY_COMMAND],
  }
}

function tooManyComplaints({ detail: figures, since }: AlertValues): AlertText {
  return {
    subject: 'delivery stopped, too many complaints',
    facts: [
      `Since ${alertTime(since)}: ${figures}.`,
      'Gmail and Yahoo refuse senders with more than 0.3 %. Delivery is paused.',
    ],
    impact:
      'No emails are sent until you resume delivery. Addresses that complained are suppressed. Digests not sent within 20 hours of their hour are skipped; the next ones include their papers.',
    nextSteps: [['doctor --dns', 'whether DNS authorizes your emails'], STATUS_COMMAND, RESUME_COMMAND],
  }
}
