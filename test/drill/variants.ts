/** How a drill goes. */
export interface Variant {
  name: string
  summary: string
  /** AFTER_PROMOTION. */
  afterPromotion: 'hold' | 'continue'
  /** The options of the operator's `delivery resume`, if delivery is held. */
  resume?: readonly string[]
  /** Patroni's synchronous_mode. */
  isSynchronous: boolean
  /** Machines of the service that still reach the old primary, and nothing else of the databases. */
  withOldPrimary: readonly ('site' | 'away')[]
  /** Only shows what happens: it breaks promises by design. */
  isExpectedToFail?: boolean
}

export const VARIANTS: readonly Variant[] = [
  {
    name: 'hold',
    summary: 'the primary is cut off; the operator resumes with --moved',
    afterPromotion: 'hold',
    resume: ['--moved'],
    isSynchronous: true,
    withOldPrimary: [],
  },
  {
    name: 'end',
    summary: 'the primary is cut off; the operator resumes without --moved',
    afterPromotion: 'hold',
    resume: [],
    isSynchronous: true,
    withOldPrimary: [],
  },
  {
    name: 'continue',
    summary: 'the primary is cut off; AFTER_PROMOTION=continue',
    afterPromotion: 'continue',
    isSynchronous: true,
    withOldPrimary: [],
  },
  {
    name: 'divided',
    summary: 'a worker stays with the old primary; AFTER_PROMOTION=continue',
    afterPromotion: 'continue',
    isSynchronous: true,
    withOldPrimary: ['away'],
  },
  {
    name: 'asynchronous',
    summary: 'without synchronous_mode, a worker and the site stay with the old primary',
    afterPromotion: 'continue',
    isSynchronous: false,
    withOldPrimary: ['away', 'site'],
    isExpectedToFail: true,
  },
]
