import type { BatteryCase } from '../battery-case.ts'
import { closedConnections, closedConnectionsWrong } from './closed-connections.ts'
import { errorReplies, errorRepliesWrong } from './error-replies.ts'
import { fuzzedReplies, fuzzedRepliesWrong } from './fuzzed-replies.ts'
import { greylisting, greylistingWrong } from './greylisting.ts'
import { noReply, noReplyWrong } from './no-reply.ts'
import { relayNoReply, relayNoReplyWrong } from './relay-no-reply.ts'

/** Faults of mail servers. */
export const smtpCases: BatteryCase[] = [
  errorReplies,
  errorRepliesWrong,
  noReply,
  ...noReplyWrong,
  relayNoReply,
  relayNoReplyWrong,
  greylisting,
  ...greylistingWrong,
  closedConnections,
  closedConnectionsWrong,
  fuzzedReplies,
  fuzzedRepliesWrong,
]
