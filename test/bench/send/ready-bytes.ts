// nodemailer's SMTPConnection, driven directly with the same ready bytes again and again, without a database.
import { promisify } from 'node:util'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { measuredProgram } from './measured-program.ts'

interface Input {
  port: number
  connections: number
  emails: number
  bytes: number
}

const LINE = `${'0123456789'.repeat(7)}\r\n`

await measuredProgram<Input>(async ({ port, connections, emails, bytes }) => {
  const raw = Buffer.from(`Subject: bench\r\n\r\n${LINE.repeat(bytes / LINE.length)}`)
  const open = async () => {
    const connection = new SMTPConnection({ host: '127.0.0.1', port, ignoreTLS: true })
    await promisify<void>((done) => connection.connect(done))()
    return connection
  }
  const opened = await Promise.all(Array.from({ length: connections }, open))
  let begun = 0
  const sendAll = async (connection: SMTPConnection) => {
    while (begun < emails) {
      const envelope = { from: 'a@bench.example', to: `person.${begun++}@bench.example` }
      await promisify((done) => connection.send(envelope, raw, done))()
    }
    connection.quit()
  }
  return {
    run: async () => {
      await Promise.all(opened.map(sendAll))
      return { emails, bytes: raw.length }
    },
  }
})
