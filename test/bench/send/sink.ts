// sink.ts DELAY-MS: accepts every email after a delay, and keeps none. Sends its port to the process that forked it, and ends with it.
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

const delayMs = Number(process.argv[2] ?? 0)
const sink = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData(stream, _session, done) {
    stream.on('end', () => (delayMs > 0 ? setTimeout(done, delayMs) : done())).resume()
  },
})
sink.on('error', () => {}) // a connection that the sender closed
sink.listen(0, '127.0.0.1', () => process.send!((sink.server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
