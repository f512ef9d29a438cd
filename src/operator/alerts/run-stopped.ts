import { weekdayMinute } from './instants.ts'
import type { NoticeValues } from './notice.repo.ts'
import { DOCTOR, RESUME, STATUS, TRY, type Wording } from './wording.ts'

const WHY_STOPPED: Record<string, string> = {
  'login-refused': 'the mail server refuses the login',
  'tls-refused': 'no encrypted connection to the mail server',
  unreachable: 'the mail server cannot be reached',
  'refused-alike': 'ten identical refusals in a row',
  'refused-much': 'too many of the last emails were refused',
}
const PAUSES = ['refused-alike', 'refused-much']

const said = (text: NoticeValues[string] | undefined): string[] => (text ? [`Last reply: ${text}`] : [])

const STOPPED: Record<string, (values: NoticeValues) => Wording> = {
  restored,
  promoted,
  'domain-held': domainHeld,
  complaints: complained,
}

/** What stopped delivery, all of it or to one domain. */
export const runStopped = (values: NoticeValues): Wording =>
  (STOPPED[String(values.what)] ?? laneStopped)(values)

function laneStopped({ subject, what, said: answer, since }: NoticeValues): Wording {
  const why = WHY_STOPPED[String(what)] ?? String(what)
  const isPaused = PAUSES.includes(String(what)) && subject === 'digests'
  return {
    subject: `delivery stopped, ${why}`,
    facts: [
      `Since ${weekdayMinute(since)}: ${why}.`,
      ...said(answer),
      ...(isPaused ? ['Delivery is paused.'] : []),
    ],
    meaning:
      subject === 'answers'
        ? 'Confirmations and account links are not being sent. They are retried every minute, each until its deadline.'
        : isPaused
          ? 'No emails are sent until you resume delivery. Digests not sent within 20 hours of their hour are given up; the next ones include their papers.'
          : 'Digests are not being sent. They are retried every minute, each until 20 hours after its hour.',
    next: [DOCTOR, ...(isPaused ? [TRY] : []), STATUS, ...(isPaused ? [RESUME] : [])],
  }
}

function restored({ since }: NoticeValues): Wording {
  return {
    subject: 'this database was restored, delivery waits for you',
    facts: [`Since ${weekdayMinute(since)}: this database was restored from a backup. Delivery is paused.`],
    meaning:
      'Nothing is planned or sent until you resume delivery, because this database has no record of what was sent after the backup.',
    next: [['delivery resume --dry-run', 'what would end and what would continue'], STATUS],
  }
}

function promoted({ since }: NoticeValues): Wording {
  return {
    subject: 'a standby of the database was promoted, delivery waits for you',
    facts: [
      `Since ${weekdayMinute(since)}: the database server is on a new timeline, so a standby was promoted or the server was restored to an earlier moment. Delivery is paused.`,
    ],
    meaning:
      'Nothing is planned or sent until you resume it. Emails that were sent just before are not recorded here if the standby had not received that yet, and would be sent twice.',
    next: [
      ['delivery resume --dry-run', 'what ends if the standby may lack something'],
      ['delivery resume --moved', 'if it had received everything: nothing ends'],
      STATUS,
    ],
  }
}

function domainHeld({ subject: domain, said: refused, since }: NoticeValues): Wording {
  return {
    subject: `email to ${domain} is on hold for an hour`,
    facts: [`Since ${weekdayMinute(since)}: ${domain} refused ${refused}`],
    meaning: `Digests to ${domain} wait and resume slowly after the hour, or stay on hold if it keeps refusing. Digests that have waited 20 hours since their hour are skipped, and the next ones include their papers. Other domains are not affected, and confirmations and links are still sent everywhere.`,
    next: [STATUS, TRY],
  }
}

function complained({ said: figures, since }: NoticeValues): Wording {
  return {
    subject: 'delivery stopped, too many complaints',
    facts: [
      `Since ${weekdayMinute(since)}: ${figures}.`,
      'Gmail and Yahoo refuse senders with more than 0.3 %. Delivery is paused.',
    ],
    meaning:
      'No emails are sent until you resume delivery. Addresses that complained are suppressed. Digests not sent within 20 hours of their hour are skipped; the next ones include their papers.',
    next: [['doctor --dns', 'whether DNS authorizes your emails'], STATUS, RESUME],
  }
}
