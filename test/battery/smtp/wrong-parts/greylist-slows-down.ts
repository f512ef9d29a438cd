import {
  classify as classifyRightly,
  type Failure,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-answer.ts'

export * from '../../../../src/mail/refusals/classify-answer.ts'

/** Whoever says "later" is taken to have asked for less. */
export const classify = (fault: SmtpFault): Failure => {
  const failure = classifyRightly(fault)
  return { ...failure, slowDown: failure.outcome === 'deferred' }
}
