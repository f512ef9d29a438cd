import type { Alert, AlertValues } from '../../../../src/features/alerts/alert.repo.ts'
import { writeAlerts } from '../../../../src/features/alerts/write-alert.ts'
import type { RenderedEmail } from '../../../../src/mail/rendering/template.ts'

const sampleAlert = (kind: string, values: AlertValues, endedAt: Date | null = null): Alert => ({
  id: 1,
  kind,
  key: kind,
  at: new Date('2026-11-24T08:04:00Z'),
  values,
  attempts: 0,
  nextTry: new Date('2026-11-24T08:15:00Z'),
  sentAt: null,
  endedAt,
})

const REFUSED = {
  sentence: 'The mail server has refused the login since 08:03 UTC.',
  detail: '535 5.7.8 authentication failed',
  fix: 'Correct SMTP_USER, SMTP_PASSWORD or tls= in SMTP_URL, then: npm run -s cli -- mail test ADDRESS',
}
const HELD = {
  sentence:
    'Email to example.org has been on hold since 08:03 UTC: it refused 8 % of the last 250 emails, the last with: 550 5.7.1 blocked, see https://postmaster.example.org',
  detail: '8 % of the last 250 emails, the last with: 550 5.7.1 blocked, see https://postmaster.example.org',
  fix: 'Find out what the reply means: npm run -s cli -- bounces try FILE. The hold ends after an hour by itself.',
}
const ENDED = new Date('2026-11-24T09:20:00Z')

const refused = sampleAlert('mail-server-refuses', REFUSED)
const held = sampleAlert('domain-held', HELD)
const week = sampleAlert('week', {
  from: '2026-11-16',
  to: '2026-11-22',
  subscribers: 311,
  subscribersBefore: 296,
  asked: 31,
  askedBefore: 12,
  confirmed: 24,
  confirmedBefore: 9,
  unsubscribed: 9,
  unsubscribedBefore: 4,
  accepted: 1487,
  acceptedBefore: 1421,
  refused: 2,
  refusedBefore: 0,
  gaveUp: 0,
  gaveUpBefore: 0,
  uncertain: 1,
  uncertainBefore: 0,
  skipped: 3,
  skippedBefore: 1,
  dead: 4,
  deadBefore: 2,
  full: 1,
  fullBefore: 0,
  complaint: 1,
  complaintBefore: 0,
  dates: 5,
  closed: 5,
  sourceDays: 7,
  withPapers: 5,
  papers: 214,
  suppressions: 2,
  databaseBytes: 187 * 1024 * 1024,
})

/** The one template, with each of its parts. */
export const SAMPLE_EMAILS: [name: string, mail: RenderedEmail][] = [
  ['notice-one', writeAlerts([held], [{ ...refused, endedAt: ENDED }])],
  ['notice-ended', writeAlerts([{ ...refused, endedAt: ENDED }])],
  ['notice-several', writeAlerts([held, refused])],
  ['notice-week', writeAlerts([week], [{ ...held, endedAt: ENDED }])],
]
