import type { RenderedEmail } from '../../src/mail/rendering/template.ts'
import type { Alert, AlertValues } from '../../src/operator/alerts/alert.repo.ts'
import { writeAlert, writeAlertList } from '../../src/operator/alerts/write-alert.ts'

const SINCE = '2026-11-24T08:03:10.000Z'

const notice = (id: number, kind: string, values: AlertValues, endedAt: Date | null = null): Alert => ({
  id,
  kind,
  key: String(id),
  at: new Date('2026-11-24T08:04:00Z'),
  values,
  attempts: 0,
  nextTry: new Date('2026-11-24T08:15:00Z'),
  sentAt: null,
  endedAt,
})

const LOGIN = {
  subject: 'bulk',
  what: 'login-refused',
  detail: '535 5.7.8 authentication failed',
  since: SINCE,
}

/** One of each kind, and of each way in which it may read. */
export const SAMPLE_NOTICES: Record<string, Alert> = {
  'login-refused': notice(1, 'run-stopped', LOGIN),
  'login-refused-over': notice(2, 'over', {
    ...LOGIN,
    kind: 'run-stopped',
    over: '2026-11-24T09:20:00.000Z',
  }),
  'answers-unreachable': notice(3, 'run-stopped', {
    ...LOGIN,
    subject: 'transactional',
    what: 'unreachable',
    detail: 'connect ECONNREFUSED 192.0.2.1:587',
  }),
  'refused-alike': notice(4, 'run-stopped', {
    ...LOGIN,
    what: 'refused-alike',
    detail: '554 5.7.1 rejected: the sender domain has no SPF record that names this host',
  }),
  'refused-much': notice(12, 'run-stopped', {
    ...LOGIN,
    what: 'refused-much',
    detail: '552 5.2.2 mailbox full',
  }),
  unanswered: notice(20, 'run-stopped', {
    ...LOGIN,
    what: 'unanswered',
    detail: '7 emails in a row: Connection closed unexpectedly',
  }),
  'domain-held': notice(13, 'run-stopped', {
    subject: 'example.org',
    what: 'domain-held',
    detail: '8 % of the last 250 mails, the last with: 550 5.7.1 blocked, see https://postmaster.example.org',
    since: SINCE,
  }),
  complaints: notice(14, 'run-stopped', {
    subject: '',
    what: 'complaints',
    detail: '7 complaints in 24 hours for 1,480 mails accepted in a day: 0.47 %',
    since: SINCE,
  }),
  'no-fetch': notice(5, 'source-stalled', {
    source: 'huggingface',
    what: 'no-fetch',
    since: '2026-11-23T07:58:00.000Z',
    failures: 26,
    status: 503,
    fault: 'source.unavailable',
  }),
  'no-papers': notice(6, 'source-stalled', {
    source: 'huggingface',
    what: 'no-papers',
    day: '2026-11-23',
    newest: '2026-11-20',
    fault: null,
  }),
  'day-not-closed': notice(7, 'day-not-closed', {
    date: '2026-11-23',
    plans: 2,
    due: 311,
    since: '2026-11-24T04:00:00.000Z',
  }),
  'work-failed': notice(8, 'work-failed', {
    subject: 'plan',
    what: 'unexpected',
    detail: 'could not extend file: no space left on device',
    since: SINCE,
  }),
  'signups-limited': notice(16, 'signups-limited', {
    detail: '600 an hour (SIGNUP_PER_HOUR), and 150 more for networks without a sign-up in the last 24 hours',
    since: SINCE,
  }),
  'secrets-differ': notice(17, 'secrets-differ', {
    reader: 'process 4711 on papers-1',
    signer: 'process 812 on papers-2',
    since: SINCE,
  }),
  'unknown-links': notice(18, 'unknown-links', { since: SINCE }),
  idle: notice(10, 'work-failed', { subject: 'worker', what: 'idle', detail: null, since: SINCE }),
  'worker-silent': notice(17, 'work-failed', {
    subject: 'worker',
    what: 'silent',
    detail: 'process 7: 9 pings without a reply',
    since: SINCE,
  }),
  'reports-unread': notice(15, 'work-failed', {
    subject: 'reports',
    what: 'unread',
    detail: null,
    count: 14,
    since: SINCE,
  }),
  restored: notice(11, 'run-stopped', { subject: 'bulk', what: 'restored', detail: null, since: SINCE }),
  promoted: notice(16, 'run-stopped', { subject: 'bulk', what: 'promoted', detail: null, since: SINCE }),
  week: notice(9, 'week', {
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
  }),
}

/** Every sample as a mail, and several that share one. */
export function sampleNoticeMails(): [name: string, mail: RenderedEmail][] {
  const all = Object.values(SAMPLE_NOTICES)
  const alone = Object.entries(SAMPLE_NOTICES).map(([name, one]): [string, RenderedEmail] => [
    `notice-${name}`,
    writeAlert(one),
  ])
  return [...alone, ['notice-more', writeAlertList(all.slice(0, 4))]]
}
