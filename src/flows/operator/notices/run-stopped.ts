import type { NoticeValues } from '../../../platform/notice-store.ts'
import { weekdayMinute } from './instants.ts'
import { DOCTOR, RESUME, STATUS, TRY, type Wording } from './wording.ts'

const WHY_STOPPED: Record<string, string> = {
  'login-refused': 'the mail server refuses the login',
  'tls-refused': 'no encrypted connection to the mail server',
  unreachable: 'the mail server cannot be reached',
  'refused-alike': 'ten refusals in a row, all alike',
  'refused-much': 'too many of the last mails were refused',
}
const PAUSES = ['refused-alike', 'refused-much']

const said = (text: NoticeValues[string] | undefined): string[] =>
  text ? [`What came back last: ${text}`] : []

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
        ? 'Confirmations and links to settings do not go out. They are tried again every minute, each until its deadline.'
        : isPaused
          ? 'No mail goes out until you resume it. Digests that are not handed over within 20 hours of their hour are given up; their papers come with the next ones.'
          : 'Digests do not go out. They are tried again every minute, each until 20 hours after its hour.',
    next: [DOCTOR, ...(isPaused ? [TRY] : []), STATUS, ...(isPaused ? [RESUME] : [])],
  }
}

function restored({ since }: NoticeValues): Wording {
  return {
    subject: 'this database was restored, and waits for you',
    facts: [`Since ${weekdayMinute(since)}: a copy from a backup was started. Delivery is paused.`],
    meaning:
      'Nothing is planned or handed over until you say so, since nobody knows here what went out after the backup.',
    next: [['delivery resume --dry-run', 'what ends then, and what goes on'], STATUS],
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
    subject: `mail to ${domain} is held for an hour`,
    facts: [`Since ${weekdayMinute(since)}: ${domain} refused ${refused}`],
    meaning: `Digests to ${domain} wait, and go on slowly after the hour; it is held again where it goes on refusing. What has waited for 20 hours since its hour is skipped, and its papers come with the next one. Other domains get theirs, and answers to people go everywhere.`,
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
      'No mail goes out until you resume it. Who complained is suppressed. Digests that are not handed over within 20 hours of their hour are skipped; their papers come with the next ones.',
    next: [['doctor --dns', 'whether DNS says that these mails are yours'], STATUS, RESUME],
  }
}
