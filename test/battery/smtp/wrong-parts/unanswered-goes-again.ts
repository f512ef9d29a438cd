import {
  classify as classifyRightly,
  type Failure,
  type SmtpFault,
} from '../../../../src/mail/refusals/classify-answer.ts'

export * from '../../../../src/mail/refusals/classify-answer.ts'

/** A mail whose answer never came is one more that did not go. */
export function classify(fault: SmtpFault): Failure {
  const failure = classifyRightly(fault)
  return failure.outcome === 'uncertain' ? { ...failure, outcome: 'deferred' } : failure
}
