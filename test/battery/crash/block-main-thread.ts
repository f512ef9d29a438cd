import { existsSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

// For --import: on SIGCONT the main thread of a program is blocked until the file BLOCKED_UNTIL exists, as by a request
// that takes too long. Then it logs a line.
const LOOK_EVERY_MS = 50
const file = process.env.BLOCKED_UNTIL ?? ''
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4))
if (isMainThread)
  process.on('SIGCONT', () => {
    while (!existsSync(file)) Atomics.wait(nobodyWakes, 0, 0, LOOK_EVERY_MS)
    process.stderr.write(`${JSON.stringify({ event: 'main.blocked' })}\n`)
  })
