import { openRecorder as openRightly } from '../../../../src/mail/sending/recorder.ts'

export * from '../../../../src/mail/sending/recorder.ts'

/** An email that cannot be composed ends the run: the emails after it wait until an operator finds out. */
export const openRecorder: typeof openRightly = (...given) => ({
  ...openRightly(...given),
  recordUnrendered: (_message, error) => Promise.reject(error),
})
