import { openReplyWatch as openRightly } from '../../../../src/mail/sending/server-watch.ts'

export * from '../../../../src/mail/sending/server-watch.ts'

/** Only refusals reach the breaker: a reply that never came says nothing about the next email. */
export const openReplyWatch: typeof openRightly = (...given) => ({
  ...openRightly(...given),
  failed: async () => {},
})
