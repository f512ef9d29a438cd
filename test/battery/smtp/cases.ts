import type { BatteryCase } from '../battery-case.ts'
import { answers, answersWrongly } from './answers.ts'
import { closing, closingWrongly } from './closing.ts'
import { greylist, greylistWrongly } from './greylist.ts'
import { replies, repliesTakenWrongly } from './replies.ts'
import { unanswered, unansweredWrongly } from './unanswered.ts'
import { unansweredRelay, unansweredRelayWrongly } from './unanswered-relay.ts'

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
