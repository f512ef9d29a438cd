import { type Mutant, readSource } from './places.ts'

interface PlantedFault {
  /** 1 is the first of PROMISES in test/battery/promises.ts. */
  promise: number
  file: string
  /** Occurs once in the file. */
  before: string
  after: string
  /** What goes wrong. */
  what: string
}

/** Faults that break a promise: three for each. */
export const PLANTED: readonly PlantedFault[] = [
  {
    promise: 1,
    file: 'src/digests/plan.repo.ts',
    before: `s.start_date <= \${localDate}::date`,
    after: `s.start_date < \${localDate}::date`,
    what: 'a subscriber gets no digest on the first day',
  },
  {
    promise: 1,
    file: 'src/digests/open-due.ts',
    before: 'dueBetween(schedule, starts.sort().at(-1)!, due.localDate)',
    after: 'dueBetween(schedule, due.localDate, due.localDate)',
    what: 'days on which the service was down are not recorded',
  },
  {
    promise: 1,
    file: 'src/mail/outbox/batch.repo.ts',
    before: `m.state = 'taken' and m.taken_by <> \${owner}`,
    after: `m.state = 'taken' and m.taken_by = \${owner}`,
    what: 'what a worker had taken when it died is never sent',
  },
  {
    promise: 2,
    file: 'src/mail/outbox/batch.repo.ts',
    before: `and (b.lease_until is null or b.lease_until <= now())
        and (b.lane = 'transactional' or not exists (
          select from slow`,
    after: `and (b.lane = 'transactional' or not exists (
          select from slow`,
    what: 'two workers lease the same batch',
  },
  {
    promise: 2,
    file: 'src/mail/outbox/message.repo.ts',
    before: `p.attempts > 0 and exists (
          select from attempt a where a.message_id = p.id and a.local_date = p.local_date
            and a.outcome = 'uncertain') as uncertain_before`,
    after: 'false as uncertain_before',
    what: 'an email without a reply is sent again more than once',
  },
  {
    promise: 2,
    file: 'src/mail/outbox/message.repo.ts',
    before: `where id = \${message.id} and local_date = \${message.localDate}::date and state = 'taken' and taken_by = \${owner}
      and attempts = \${message.attempts}`,
    after: `where id = \${message.id}`,
    what: 'a worker without a lease resets the state of a message that another one sent',
  },
  {
    promise: 3,
    file: 'src/mail/outbox/message.repo.ts',
    before: "p.kind in ('digest', 'welcome', 'note')",
    after: "p.kind in ('welcome', 'note')",
    what: 'a planned digest is sent after an unsubscribe',
  },
  {
    promise: 3,
    file: 'src/mail/outbox/message.repo.ts',
    before: `\${skipReason(now)} is null and \${maySend} as may`,
    after: `\${maySend} as may`,
    what: 'a message that was taken before an unsubscribe is sent after it',
  },
  {
    promise: 3,
    file: 'src/web/account/account-pages.ts',
    before: 'const page = await openUnsubscribe(deps, token)',
    after: `await unsubscribe(deps, { token, how: 'page' })
    const page = await openUnsubscribe(deps, token)`,
    what: 'a GET of an unsubscribe link unsubscribes',
  },
  {
    promise: 4,
    file: 'src/web/signup/signup-pages.ts',
    before: `async ({ params: { token } }, reply) =>
    show(reply, token, { pressed: false }),`,
    after: `async ({ params: { token } }, reply) => {
    await confirm(deps, token)
    return show(reply, token, { pressed: false })
  },`,
    what: 'a program that opens the links of an email confirms an address',
  },
  {
    promise: 4,
    file: 'src/account/signup/confirm.ts',
    before: 'await requireUnsuppressed(tx, subscriber.addressHash)',
    after: '',
    what: 'a suppressed address is subscribed by an old link',
  },
  {
    promise: 4,
    file: 'src/mail/outbox/message.repo.ts',
    before: `s.state = 'suppressed' or exists (
      select from suppression x where x.address_hash = s.address_hash and x.lifted_at is null)`,
    after: "s.state = 'suppressed'",
    what: 'the list of suppressed addresses is not read before an email is sent',
  },
  {
    promise: 5,
    file: 'src/digests/eligible-range.ts',
    before: 'has: (id) => id <= highest && looksAt(id) && !shown.has(id)',
    after: 'has: (id) => id <= highest && looksAt(id)',
    what: 'a paper that an earlier digest showed outside its range is offered again',
  },
  {
    promise: 5,
    file: 'src/digests/eligible-range.ts',
    before: 'id > fromPaper && id <= toPaper',
    after: 'id > fromPaper && id < toPaper',
    what: 'the newest paper of a digest is offered again',
  },
  {
    promise: 5,
    file: 'src/digests/earlier-digest.repo.ts',
    before: 'select coalesce(k.paper_id, p.id) from unnest(d.papers) as p(id)',
    after: 'select p.id from unnest(d.papers) as p(id)',
    what: 'a paper that was merged into another one is offered again',
  },
  {
    promise: 6,
    file: 'src/web/signup/preview-routes.ts',
    before: 'typed: form?.typed ?? {},',
    after: 'typed: {},',
    what: 'the form is empty after an error',
  },
  {
    promise: 6,
    file: 'src/web/account/account-pages.ts',
    before: '{ ...accountView(token, subscriber, error), email }',
    after: 'accountView(token, subscriber, error)',
    what: 'a wrong new address is no longer in its field',
  },
  {
    promise: 6,
    file: 'src/web/errors.ts',
    before: 'if (validation && request) return validationFault(error as FastifyError, request)',
    after: '',
    what: 'an error does not name the field that is wrong',
  },
]

/** They are named "promise 2: two workers lease the same batch". */
export const plantedMutants = (): Mutant[] =>
  PLANTED.map(({ promise, file, before, after, what }) => {
    const start = readSource(file).text.indexOf(before)
    const end = start + before.length
    const id = `promise ${promise}: ${what}`
    return { id, operator: 'planted', file, line: 0, code: before, start, end, before, text: after }
  })
