import type { Stage } from './classify-answer.ts'

/** What an answer that is no acceptance means for the address, the message, or us. */
export type RefusalClass = 'dead' | 'full' | 'policy' | 'ours' | 'temporary'

/** One reviewed rule: fits where everything that it names fits. */
export interface RefusalRule {
  name: string
  class: RefusalClass
  /** How the three digits begin: "5", "452". */
  status?: string[]
  /** Whole codes, of any first digit where it is given as "x": "5.1.1", "x.2.2". */
  enhanced?: string[]
  text?: RegExp
  stage?: Stage[]
  /** The server asks for fewer mails at a time, or for a pause. */
  slowDown?: true
  /** An answer of the kind, with addresses and hosts that are nobody's. */
  example: string
}

/** In order: the first rule that fits counts. */
export const REFUSAL_RULES: RefusalRule[] = [
  {
    name: 'login-wanted',
    class: 'ours',
    status: ['530', '534', '535', '538'],
    example: '535 5.7.8 Error: authentication failed',
  },
  {
    name: 'greylisted',
    class: 'temporary',
    status: ['4'],
    text: /gr[ea]y-?list/i,
    example: '450 4.2.0 <ann@mail.example>: Recipient address rejected: Greylisted, see the postmaster page',
  },
  {
    name: 'full-code',
    class: 'full',
    enhanced: ['x.2.2'],
    example: '552 5.2.2 <ann@mail.example>: Mailbox full',
  },
  {
    name: 'too-many',
    class: 'temporary',
    status: ['4'],
    text: /too many (?:\w+ )?(?:connections|messages|mails|sessions)|rate limit|too busy/i,
    slowDown: true,
    example: '450 4.7.28 Too many messages from your network, try again later',
  },
  {
    name: 'slow-code',
    class: 'temporary',
    enhanced: ['4.7.28', '4.4.5', '4.3.2'],
    slowDown: true,
    example: '451 4.3.2 System is not taking mail at present',
  },
  {
    name: 'closing',
    class: 'temporary',
    status: ['421'],
    slowDown: true,
    example: '421 mx.mail.example Service not available, closing transmission channel',
  },
  {
    name: 'no-such-mailbox-code',
    class: 'dead',
    status: ['5'],
    enhanced: ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10'],
    example:
      '550 5.1.1 <ann@mail.example>: Recipient address rejected: User unknown in virtual mailbox table',
  },
]
