/**
 * Cases that profile ci skips, each with the quicker check of the same fault: another case, or a test. They run when they
 * are named, and with --profile nightly.
 */
export const NIGHTLY_ONLY: Readonly<Record<string, string>> = {
  'K1-kill-one': 'K2-points kills one worker at each point, K1-kill-three kills at random',
  'wrong-record-per-batch': 'K2-wrong runs this variant with one crash',
  'wrong-record-before-send': 'K2-wrong runs this variant with one crash',
  'wrong-checkpoint-at-fetch': 'K2-wrong runs this variant with one crash',
  'B1-terminate':
    'service.slow.test.ts and digests.test.ts end a service and a run with SIGTERM in the middle of an email',
  'K3-services': 'K1-kill-three kills workers, plan-killed a planner, many-takeover a service',
  'K3-wrong': 'K2-wrong and S2-wrong-unanswered-goes-again show emails sent twice',
  'K4-wrong': 'K5-wrong shows a worker that keeps its lease and does no work',
  'U1-slow-server': 'U1-unsubscribe does the same with a quicker mail server',
  'P1-wrong-unmakeable-ends-the-run': 'P1-wrong-one-ends-the-plan shows one subscriber who stops the others',
  'plan-wrong-done-before-filled': 'plan-at-once.test.ts runs this variant',
  'plan-wrong-forgets-the-last': 'plan-at-once.test.ts runs this variant',
  'S3-wrong-greylist-slows-down': 'S3-wrong-later-is-never is of the same case',
  'C1-double-cron':
    'schedule.test.ts has ten processes claim one minute, plan-at-once.test.ts several planners',
  'C1-wrong': 'it needs C1-double-cron; T2-wrong-twice-in-the-fold shows a date that is planned twice',
  'T3-downtime': 'plan-at-once.test.ts and eligible-range.test.ts plan what a downtime left',
  'T3-wrong': 'it needs T3-downtime; T2-wrong-skips-the-gap shows a digest that is missed',
  'T1-wrong':
    'promoted-wrong-no-timeline shows work that two do; message.repo.test.ts has leases and other clocks',
  'manners-much-refused': 'circuit-breaker.test.ts and drain.test.ts count the same refusals',
  'many-linear': 'it measures speed; many-takeover shares a run between three services',
  'many-rolling': 'many-takeover ends a service in the middle of a run and has others go on',
  'many-lanes': 'drain.test.ts keeps a connection for the lane transactional',
  'many-lanes-rate': 'drain.test.ts keeps a connection for the lane transactional',
  'D1-wrong-unknown-errors': 'D1-wrong-gives-up-after-one-try is of the same case',
  'D2-away': 'database.test.ts has connections that hang, fall silent and come back; D1-restart a whole run',
  'D2-wrong-record-per-batch': 'K2-wrong runs this variant with another fault',
  'D2-wrong-waits-for-ever':
    'it takes over a minute; database.test.ts closes a connection that never answers',
  'D3-full-disk': 'D3-full-log has a full log, D1-restart a Postgres that stops and starts',
  'july-1': 'offers-once, plan-killed and T2-daylight-saving bring its faults, each by itself',
  'july-3': 'offers-once, plan-killed and T2-daylight-saving bring its faults, each by itself',
  'doors-mutated': 'hostile.test.ts sends mutated requests, doors-typed fills in every form wrongly',
  'doors-bombing': 'doors-bombing-spellings asks for emails with the address of another person',
  'doors-wrong-describes-twice': 'it takes half a minute of work to see; doors-costly measures the right one',
  'returns-mutated': 'F2-inbound reads mutated reports with the same parser',
  'returns-database': 'D1-restart and returns-killed bring its two faults',
  'sources-replay': 'contract.test.ts replays the recording of each source, ingest.test.ts two weeks',
  'sources-july': 'offers-once, sources-poisoned and contract.test.ts bring its faults, each by itself',
  'sources-august': 'offers-once, sources-poisoned and contract.test.ts bring its faults, each by itself',
  'sources-wrong-closes-at-once':
    'a month of papers takes long; source-day-state.test.ts has when a day is closed',
  'sources-wrong-keeps-sources-apart':
    'a month of papers takes long; offered-once.test.ts has a paper of two sources',
  'sources-wrong-nothing-rises': 'a month of papers takes long; rising.test.ts has each way to rise',
  'sources-mutated': 'contract.test.ts cuts and changes the recording of each source',
}
