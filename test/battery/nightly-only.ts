/**
 * Cases that profile ci skips, each with the quicker check of the same fault: another case, or a test. They run when they
 * are named, and with --profile nightly.
 */
export const NIGHTLY_ONLY: Readonly<Record<string, string>> = {
  'kill-one-process':
    'kill-at-each-point kills one worker at each point, kill-three-processes kills at random',
  'kill-one-process-wrong-records-per-batch':
    'kill-at-each-point-wrong-recording-order runs this variant with one crash',
  'kill-one-process-wrong-records-before-sending':
    'kill-at-each-point-wrong-recording-order runs this variant with one crash',
  'kill-one-process-wrong-records-at-lease':
    'kill-at-each-point-wrong-recording-order runs this variant with one crash',
  'terminate-under-load':
    'service.slow.test.ts and digests.test.ts end a service and a run with SIGTERM in the middle of an email',
  'kill-services': 'kill-three-processes kills workers, kill-planner a planner, services-takeover a service',
  'kill-services-wrong-takes-leased-batches':
    'kill-at-each-point-wrong-recording-order and smtp-no-reply-wrong-sends-again show emails sent twice',
  'main-thread-blocked-wrong-worker-in-main-thread':
    'connections-hang-wrong-renews-without-progress shows a worker that keeps its lease and does no work',
  'unsubscribe-slow-mail-server': 'unsubscribe-while-sending does the same with a quicker mail server',
  'poisoned-data-wrong-failed-email-ends-the-run':
    'poisoned-data-wrong-one-subscriber-ends-the-plan shows one subscriber who stops the others',
  'kill-planner-wrong-done-before-filled': 'plan-at-once.test.ts runs this variant',
  'kill-planner-wrong-drops-the-rest': 'plan-at-once.test.ts runs this variant',
  'greylisting-wrong-slows-down': 'greylisting-wrong-4xx-is-final is of the same case',
  'overlapping-schedules':
    'one-of-ten-processes.slow.test.ts has ten processes claim one minute, plan-at-once.test.ts several planners',
  'overlapping-schedules-wrong-claims-not-exclusive':
    'it needs overlapping-schedules; daylight-saving-wrong-twice-in-the-repeated-hour shows a date that is planned twice',
  'service-downtime': 'plan-at-once.test.ts and eligible-range.test.ts plan what a downtime left',
  'service-downtime-wrong-missed-dates':
    'it needs service-downtime; daylight-saving-wrong-skips-the-missing-hour shows a digest that is missed',
  'clock-jumps-wrong-leases-by-own-clock':
    'promoted-standby-wrong-no-timeline shows work that two do; message.repo.test.ts has leases and other clocks',
  'many-refusals': 'circuit-breaker.test.ts and drain.test.ts count the same refusals',
  'services-scale': 'it measures speed; services-takeover shares a run between three services',
  'rolling-restart': 'services-takeover ends a service in the middle of a run and has others go on',
  'full-bulk-lane': 'drain.test.ts keeps a connection for the lane transactional',
  'full-bulk-lane-with-rate': 'drain.test.ts keeps a connection for the lane transactional',
  'postgres-restarts-wrong-unknown-errors': 'postgres-restarts-wrong-tries-once is of the same case',
  'postgres-unreachable':
    'database.test.ts has connections that hang, fall silent and come back; postgres-restarts a whole run',
  'postgres-unreachable-wrong-records-per-batch':
    'kill-at-each-point-wrong-recording-order runs this variant with another fault',
  'postgres-unreachable-wrong-waits-forever':
    'it takes over a minute; database.test.ts closes a connection that never answers',
  'full-disk': 'full-log has a full log, postgres-restarts a Postgres that stops and starts',
  'month-one-process': 'offers-once, kill-planner and daylight-saving bring its faults, each by itself',
  'month-three-processes': 'offers-once, kill-planner and daylight-saving bring its faults, each by itself',
  'web-fuzzed-requests': 'hostile.test.ts sends mutated requests, web-forms fills in every form wrongly',
  'web-email-bombing': 'web-address-spellings asks for emails with the address of another person',
  'web-deep-queries-wrong-describes-twice':
    'it takes half a minute of work to see; web-deep-queries measures the right one',
  'bounces-fuzzed': 'fuzzed-reports reads mutated reports with the same parser',
  'bounces-database-down': 'postgres-restarts and bounces-kill-readers bring its two faults',
  'sources-replay': 'contract.test.ts replays the recording of each source, ingest.test.ts two weeks',
  'sources-july': 'offers-once, sources-poisoned and contract.test.ts bring its faults, each by itself',
  'sources-august': 'offers-once, sources-poisoned and contract.test.ts bring its faults, each by itself',
  'sources-august-wrong-closes-at-once':
    'a month of papers takes long; source-day-state.test.ts has when a day is closed',
  'sources-august-wrong-keeps-sources-apart':
    'a month of papers takes long; offered-once.test.ts has a paper of two sources',
  'sources-august-wrong-nothing-rises': 'a month of papers takes long; rising.test.ts has each way to rise',
  'sources-fuzzed': 'contract.test.ts cuts and changes the recording of each source',
}
