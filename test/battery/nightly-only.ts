/**
 * Rows that profile ci skips, and why that is accepted: each sentence names the row or the test that proves the same on each
 * push, and may add what is left to the night. They run when they are named, and with --profile nightly.
 */
export const NIGHTLY_ONLY: Readonly<Record<string, string>> = {
  'kill-one-process':
    'kill-three-processes kills workers at random with the same checks, and kill-at-each-point kills a single worker at every step of an email.',
  'kill-one-process-wrong-records-per-batch':
    'kill-at-each-point-wrong-recording-order crashes this variant twice and must see emails doubled.',
  'kill-one-process-wrong-records-before-sending':
    'kill-at-each-point-wrong-recording-order crashes this variant twice and must see emails lost.',
  'kill-one-process-wrong-records-at-lease':
    'kill-at-each-point-wrong-recording-order crashes this variant twice and must see emails lost.',
  'terminate-under-load':
    'integration/service.slow.test.ts sends SIGTERM to a service during an email, and integration/mail/sending/drain.test.ts stops a run that has several in progress; only the many repetitions are left to the night.',
  'kill-services':
    'kill-three-processes kills workers, kill-planner a planner and services-takeover a whole service; only kills of all of them in one run, while people come, are left to the night.',
  'kill-services-wrong-takes-leased-batches':
    'integration/mail/outbox/message.repo.test.ts requires that a lease has one owner, which this variant breaks.',
  'main-thread-blocked-wrong-worker-in-main-thread':
    'main-thread-blocked runs on each push; that it notices a worker in the main thread is shown only at night, because this variant takes a minute and changes only with that row.',
  'unsubscribe-slow-mail-server':
    'unsubscribe-while-sending has the same events and checks with a mail server that replies sooner.',
  'poisoned-data-wrong-failed-email-ends-the-run':
    'integration/mail/sending/drain.test.ts requires that a run goes on after an email that cannot be rendered, which this variant breaks.',
  'kill-planner-wrong-done-before-filled':
    'integration/digests/plan-at-once.test.ts runs this variant and requires that the day totals notice it.',
  'kill-planner-wrong-drops-the-rest':
    'integration/digests/plan-at-once.test.ts runs this variant and requires that the day totals notice it.',
  'only-feed-wrong-emails-feed-readers':
    'only-feed runs on each push and requires that a reader with only the feed gets no email; that it notices this variant is shown only at night.',
  'only-feed-wrong-opens-replaced-addresses':
    'only-feed runs on each push and asks for replaced addresses; that it notices this variant is shown only at night.',
  'overlapping-schedules':
    'integration/service/one-of-ten-processes.slow.test.ts has ten processes claim one minute, and integration/digests/plan-at-once.test.ts has several planners plan each subscriber once.',
  'overlapping-schedules-wrong-claims-not-exclusive':
    'integration/service/one-of-ten-processes.slow.test.ts requires that one of ten processes claims a minute, which this variant breaks.',
  'service-downtime':
    'integration/digests/plan-at-once.test.ts and unit/digests/eligible-range.test.ts plan what is due after a downtime; starts at each hour of a day are left to the night.',
  'service-downtime-wrong-missed-dates':
    'integration/digests/plan-at-once.test.ts requires that digests are missed 20 hours after they were due, which never-late breaks; that the row notices forgotten dates is shown only at night.',
  'clock-jumps-wrong-leases-by-own-clock':
    'integration/mail/outbox/message.repo.test.ts requires that a lease ends by the clock of the database, which this variant breaks.',
  'many-refusals':
    'unit/mail/sending/circuit-breaker.test.ts has the limits for such refusals, and integration/mail/sending/drain.test.ts requires that they pause delivery.',
  'services-scale':
    'services-takeover has three services share a run without loss; how much faster several are is measured only at night, because no promise depends on it.',
  'rolling-restart':
    'services-takeover ends a service in the middle of a run that others continue, and integration/service.slow.test.ts requires exit code 0 after SIGTERM.',
  'split-kill-any-wrong-records-in-groups':
    'kill-at-each-point-wrong-recording-order crashes a worker that records late and must see emails doubled; that split-kill-any notices it too is shown only at night.',
  'full-bulk-lane':
    'integration/mail/sending/drain.test.ts requires that digests leave connections and permits to transactional emails; that 100,000 digests change nothing about it is shown only at night.',
  'full-bulk-lane-with-rate':
    'integration/mail/sending/drain.test.ts requires that a send rate leaves a permit to transactional emails.',
  'postgres-restarts-wrong-unknown-errors':
    'integration/core/database/database.test.ts requires that a connection that ends counts as an unavailable database, which this variant breaks.',
  'postgres-unreachable':
    'integration/core/database/database.test.ts drops connections that stop responding, and postgres-restarts sends through restarts; only the wait in a whole run is left to the night.',
  'postgres-unreachable-wrong-records-per-batch':
    'kill-at-each-point-wrong-recording-order runs this variant with another fault and must see emails doubled.',
  'postgres-unreachable-wrong-waits-forever':
    'integration/core/database/database.test.ts requires that a connection that stops responding is replaced, which this variant breaks.',
  'full-disk':
    'full-log has a disk that is full for the log, and postgres-restarts a Postgres that stops and starts; a data directory without space is tried only at night, because it needs a file system of its own.',
  'month-one-process':
    'offers-once, kill-planner and daylight-saving cause its faults one by one; only a whole month with all of them is left to the night.',
  'month-three-processes':
    'offers-once, kill-planner and daylight-saving cause its faults one by one, and services-takeover has three services; only a whole month is left to the night.',
  'web-fuzzed-requests':
    'integration/web/api/hostile.test.ts sends mutated requests to the API, and web-forms fills in every form wrongly; mutated requests to pages are sent only at night.',
  'web-email-bombing':
    'web-email-bombing-wrong-no-address-limit runs the same attack and must see more than two emails, and web-address-spellings requires no more than two a day for one address.',
  'web-deep-queries-wrong-describes-twice':
    'web-deep-queries runs on each push; that it notices a query described twice is shown only at night, because this variant computes for half a minute.',
  'bounces-fuzzed':
    'fuzzed-reports has the same parser read 2,000 mutated reports, and bounces-forged requires that a report changes only its own subscriber.',
  'bounces-database-down':
    'bounces-kill-readers requires that each report that was acknowledged is read once, and postgres-restarts has connections that break; only both together are left to the night.',
  'sources-replay':
    'integration/sources/contract.test.ts replays a recorded day of each source, and integration/papers/ingest.test.ts fetches two weeks; the recordings of a whole month are replayed only at night.',
  'sources-july':
    'offers-once, sources-poisoned and integration/sources/contract.test.ts cause its faults one by one; only a whole month with all of them is left to the night.',
  'sources-august':
    'offers-once, sources-poisoned and integration/sources/contract.test.ts cause its faults one by one; only a whole month with all of them is left to the night.',
  'sources-august-wrong-closes-at-once':
    'unit/sources/huggingface/calendar.test.ts requires that a day closes at six on the next day, which this variant breaks.',
  'sources-august-wrong-keeps-sources-apart':
    'integration/digests/offered-once.test.ts requires that a paper of two sources is offered once, which this variant breaks.',
  'sources-august-wrong-nothing-rises':
    'integration/digests/rising.test.ts requires that a paper is offered when it gets its votes later, which this variant breaks.',
  'sources-fuzzed':
    'integration/sources/contract.test.ts cuts and changes each recorded response of each source; random changes of bytes and fields are left to the night.',
}
