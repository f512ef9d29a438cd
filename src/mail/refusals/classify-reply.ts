import { classifyRefusal, type Refusal } from './classify-refusal.ts'

export type SmtpStage = 'connect' | 'tls' | 'login' | 'mail' | 'rcpt' | 'data' | 'dot'

/** A try that ended without a 250: the server's reply, if it sent one. */
export interface SmtpFault {
  stage: SmtpStage
  /** The final dot was written: only then may the server have accepted the message unknown to us. */
  bodyWritten: boolean
  /** Three digits; null if the server did not reply. */
  status: number | null
  /** "5.1.1"; null if the reply has none. */
  enhanced: string | null
  /** The reply, without addresses. */
  reply: string
}

export type SmtpResult = { accepted: true; reply: string } | ({ accepted: false } & SmtpFault)

export interface SendFailure extends SmtpFault {
  outcome: 'deferred' | 'refused' | 'uncertain'
  /** The meaning of the reply, by the rules; null if the server did not reply. */
  class: Refusal['class']
  slowDown: boolean
  /** The server replied to RCPT that there is no such mailbox. */
  deadAddress: boolean
  /** The fault is in our settings, not in the message: the run stops. */
  stopsRun: boolean
}

const AUTH_REQUIRED = [530, 534, 535, 538]

/**
 * What a fault means for the message. Before the message began, the message is not at fault; after its dot, silence may
 * hide an acceptance; otherwise the first digit decides.
 */
export function classifyReply(fault: SmtpFault): SendFailure {
  const { stage, bodyWritten, status } = fault
  const stopsRun = isSettingsFault(fault)
  const { class: kind, slowDown } = classifyRefusal(fault)
  const failure = (outcome: SendFailure['outcome'], deadAddress = false): SendFailure => ({
    ...fault,
    outcome,
    class: kind,
    slowDown,
    deadAddress,
    stopsRun,
  })
  if (stopsRun || !reachedMessage(fault)) return failure('deferred')
  if (isPermanent(status)) return failure('refused', stage === 'rcpt' && kind === 'dead')
  return failure(bodyWritten && !isTemporary(status) ? 'uncertain' : 'deferred')
}

/** The session was open and the server ready to receive the message. */
export const reachedMessage = ({ stage }: SmtpFault): boolean => !['connect', 'tls', 'login'].includes(stage)

function isSettingsFault({ stage, bodyWritten, status }: SmtpFault): boolean {
  if (stage === 'tls') return true
  if (stage === 'login') return !isTemporary(status)
  return !bodyWritten && AUTH_REQUIRED.includes(status ?? 0)
}

const isTemporary = (status: number | null): boolean => status !== null && status >= 400 && status < 500
const isPermanent = (status: number | null): boolean => status !== null && status >= 500 && status < 600

/** A reply without the parts that differ between messages (queue ids, times), to recognise the same text again. */
export const replyPattern = (reply: string): string =>
  reply
    .split(/\s+/)
    .filter((word) => /^\d{3}$|^\d\.\d{1,3}\.\d{1,3}$/.test(word) || !/\d/.test(word))
    .join(' ')
