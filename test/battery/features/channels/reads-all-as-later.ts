import * as real from '../../../../src/features/channels/channel-client.ts'

export * from '../../../../src/features/channels/channel-client.ts'

/** Reads a refusal, and no reply to a whole request, as a service that takes nothing now. */
export const sendToChannel: typeof real.sendToChannel = async (channel, post, attempt) => {
  const outcome = await real.sendToChannel(channel, post, attempt)
  return outcome.kind === 'posted' ? outcome : { kind: 'deferred', reason: outcome.reason }
}
