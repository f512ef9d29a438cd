import { z } from 'zod'
import type { SmtpConfig } from '../../config/mail-urls.ts'
import { recordAction } from '../../core/action.repo.ts'
import { cliCommand } from '../../core/cli-command.ts'
import type { SmtpResult } from '../../mail/refusals/classify-reply.ts'
import type { SmtpTls } from '../../mail/smtp/smtp-tls-client.ts'
import { type DirectSendResult, sendTestEmail } from '../send-directly.ts'
import { type CommandOutput, operation } from './operation.ts'

const FAILED = 1

const test = operation({
  name: 'mail test',
  summary: 'send one small test email with the headers, signature and connection of every other email',
  effect: 'change',
  ownTransactions: true,
  input: z.object({ email: z.string() }),
  run: async (deps, { email }, { dryRun }) => {
    const sent = await sendTestEmail(deps, { email, dryRun })
    if (!dryRun) await recordAction(deps.db, { at: deps.clock.now(), via: 'command', verb: 'mail test' })
    return sent
  },
  output: (sent, _input, { config }) => outputOf(sent, config.SMTP_URL!),
  command: {
    arguments: { email: ['<address>'] },
    dryRun: 'build and sign the email but don’t send it',
  },
})

export const MAIL_OPERATIONS = [test]

function outputOf(sent: DirectSendResult, smtp: SmtpConfig): CommandOutput {
  const { result, tls, signedBy, messageId, bytes, ms } = sent
  const server = `${smtp.host}:${smtp.port}`
  const json = {
    server,
    accepted: result?.accepted ?? null,
    reply: result?.reply ?? null,
    stage: result && !result.accepted ? result.stage : null,
    tls: tls ?? null,
    signedBy,
    messageId,
    bytes,
    ms,
    dryRun: result === undefined,
  }
  const hint = result && !result.accepted ? [DOCTOR_HINT] : []
  const text = [...testMailLines(sent, smtp), ...hint].join('\n')
  return { json, text, exitCode: result?.accepted === false ? FAILED : 0 }
}

/** What happened to a test email: the first line says whether it was accepted. */
export function testMailLines(sent: DirectSendResult, smtp: SmtpConfig): string[] {
  const { result, tls, signedBy, messageId, bytes } = sent
  return [
    outcomeLine(`${smtp.host}:${smtp.port}`, sent),
    ...(tls || result?.accepted ? [`  encrypted  ${encryptionText(tls, smtp)}`] : []),
    `  signed     ${signedBy ?? 'no: DKIM_KEY_FILE is not set'}`,
    `  message    ${messageId}, ${bytes} bytes`,
    ...(result?.accepted ? [ACCEPTED_HINT] : []),
  ]
}

function outcomeLine(server: string, { result, ms }: DirectSendResult): string {
  if (!result) return `Dry run, nothing was sent. It would be sent to ${server}.`
  if (result.accepted) return `Accepted by ${server} after ${ms} ms: ${result.reply}`
  const silence = result.bodyWritten && result.status === null
  const what = silence ? 'No reply, it may have arrived' : 'Not accepted'
  return `${what}: ${server} at ${STAGES[result.stage]}, after ${ms} ms: ${result.reply}`
}

const STAGES: Record<Extract<SmtpResult, { accepted: false }>['stage'], string> = {
  connect: 'the connection',
  tls: 'the encryption',
  login: 'the login',
  mail: 'the sender (MAIL FROM)',
  rcpt: 'the recipient (RCPT TO)',
  data: 'the start of the email (DATA)',
  dot: 'the end of the email',
}

function encryptionText(tls: SmtpTls | undefined, smtp: SmtpConfig): string {
  if (!tls) return 'no'
  const doubt = tls.doubt ? `certificate not verified (${tls.doubt})` : 'certificate verified'
  const until = tls.until ? `, valid until ${tls.until.toISOString().slice(0, 10)}` : ''
  return `${tls.protocol}${smtp.implicitTls ? ' from the first byte' : ''}, ${doubt}${until}`
}

const ACCEPTED_HINT = 'Accepted does not mean delivered: check the inbox, the spam folder and the headers.'
const DOCTOR_HINT = `To find out what is wrong with the mail server: ${cliCommand('doctor')}`
