import type { BatteryCase } from '../battery-case.ts'
import { closing, closingWrongly } from './closed-connections.ts'
import { replies, repliesTakenWrongly } from './error-replies.ts'
import { answers, answersWrongly } from './fuzzed-replies.ts'
import { greylist, greylistWrongly } from './greylisting.ts'
import { unanswered, unansweredWrongly } from './no-reply.ts'
import { unansweredRelay, unansweredRelayWrongly } from './relay-no-reply.ts'

/** What a mail server may do. */
export const smtpCases: BatteryCase[] = [
  replies,
  repliesTakenWrongly,
  unanswered,
  ...unansweredWrongly,
  unansweredRelay,
  unansweredRelayWrongly,
  greylist,
  ...greylistWrongly,
  closing,
  closingWrongly,
  answers,
  answersWrongly,
]
