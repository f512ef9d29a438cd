import { openReplyWatch as openRightly } from '../../../../src/mail/sending/server-watch.ts'

export * from '../../../../src/mail/sending/server-watch.ts'

/** Only refusals reach the circuit breaker: a missing reply has no effect on the next email. */
export const openReplyWatch: typeof openRightly = (...given) => ({
  ...openRightly(...given),
  failed: async () => {},
})
