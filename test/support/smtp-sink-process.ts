// A sink in a process of its own: smtp-sink-process.ts '{"file": …, "delayMs": …}' prints its port, and runs until
// it is ended.
import { startSmtpSink } from './smtp-sink.ts'

const { port } = await startSmtpSink(JSON.parse(process.argv[2] ?? '{}'))
console.log(port)
