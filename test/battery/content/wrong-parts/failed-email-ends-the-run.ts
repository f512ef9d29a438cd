import { openRecorder as openRightly } from '../../../../src/mail/sending/recorder.ts'

export * from '../../../../src/mail/sending/recorder.ts'

/** A mail that cannot be made ends the run: whoever stands behind it waits for somebody to find out. */
export const openRecorder: typeof openRightly = (...given) => ({
  ...openRightly(...given),
  recordUnrendered: (_message, error) => Promise.reject(error),
})
