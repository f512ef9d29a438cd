/** The promises of the README, with the cases that test each and the variants that must break it. */
export interface TestedPromise {
  promise: string
  cases: readonly string[]
  variants: readonly string[]
}

export const PROMISES: readonly TestedPromise[] = [
  {
    promise: "Every subscriber who is due gets that day's digest, or a recorded reason",
    cases: [
      'K1-kill-one',
      'K2-points',
      'K3-services',
      'K5-hung',
      'worker-hangs',
      'plan-killed',
      'T3-downtime',
      'P1-poison',
      'T2-daylight-saving',
      'july-1',
      'migrate-killed',
      'sources-poisoned',
    ],
    variants: [
      'K2-wrong',
      'wrong-record-before-send',
      'wrong-checkpoint-at-fetch',
      'plan-wrong-pages-by-offset',
      'plan-wrong-done-before-filled',
      'plan-wrong-forgets-the-last',
      'K5-wrong',
      'worker-hangs-wrong-unwatched',
      'P1-wrong-unmakeable-ends-the-run',
      'P1-wrong-one-ends-the-plan',
      'T2-wrong-skips-the-gap',
      'T3-wrong',
      'migrate-wrong-three-transactions',
      'sources-wrong-all-or-nothing',
    ],
  },
  {
    promise:
      'Nobody gets it twice, except one email per connection for each crash, lost lease or missing reply',
    cases: [
      'K1-kill-one',
      'K1-kill-three',
      'K2-points',
      'K3-services',
      'K4-blocked',
      'B1-terminate',
      'C1-double-cron',
      'T1-clock-jumps',
      'S2-unanswered',
      'unanswered-relay',
      'promoted-standby',
    ],
    variants: [
      'K2-wrong',
      'wrong-record-per-batch',
      'S2-wrong-unanswered-goes-again',
      'unanswered-relay-wrong-counts-no-missing-replies',
      'T2-wrong-twice-in-the-fold',
      'C1-wrong',
      'K3-wrong',
      'K4-wrong',
      'T1-wrong',
      'promoted-wrong-no-timeline',
    ],
  },
  {
    promise: 'An acknowledged unsubscribe is final; a GET changes nothing',
    cases: [
      'U1-unsubscribe',
      'U1-slow-server',
      'doors-safe-methods',
      'returns-killed',
      'unknown-unsubscribe-links',
    ],
    variants: [
      'U1-wrong-looks-once-per-chunk',
      'doors-wrong-get-confirms',
      'doors-wrong-query-pauses',
      'returns-wrong-forgets-what-came',
      'returns-wrong-acts-before-it-stores',
      'unknown-unsubscribe-links-wrong',
    ],
  },
  {
    promise: 'No email without a confirmed address; a suppressed address stays suppressed',
    cases: [
      'U1-unsubscribe',
      'doors-bombing',
      'returns-fresh',
      'returns-forged',
      'doors-bombing-spellings',
      'import-of-who-left',
    ],
    variants: [
      'U1-wrong-mails-unconfirmed',
      'U1-wrong-forgets-suppression',
      'doors-wrong-no-limit-for-one-address',
      'returns-wrong-trusts-the-address',
      'returns-wrong-suppresses-any-5xx',
      'returns-wrong-believes-any-complaint',
      'doors-wrong-limit-without-folding',
      'doors-wrong-limit-without-back-off',
      'import-wrong-ignores-who-left',
      'import-wrong-reads-all-as-active',
    ],
  },
  {
    promise: 'A paper is offered to a subscriber once',
    cases: ['offers-once', 'close-papers-once', 'july-1', 'july-3', 'sources-july', 'sources-august'],
    variants: [
      'offers-wrong-offers-two-weeks',
      'offers-wrong-counts-accepted-alone',
      'offers-wrong-goes-on-after-the-last',
      'close-papers-once-wrong-forgets-close-papers',
      'sources-wrong-keeps-sources-apart',
      'sources-wrong-nothing-rises',
    ],
  },
  {
    promise: 'Bad input gets a sentence, and nothing typed is lost',
    cases: ['doors-typed', 'doors-mutated'],
    variants: ['doors-wrong-form-begins-anew', 'doors-wrong-fault-without-a-sentence'],
  },
]
