import { BroadcastChannel, isMainThread } from 'node:worker_threads'

// For --import: on SIGCONT the threads of a program other than the main one do nothing else for HANG_MS; without it,
// for ever. The signal goes to the main thread, which passes it on.
const channel = new BroadcastChannel('hang')
channel.unref()
const hangMs = Number(process.env.HANG_MS ?? Number.POSITIVE_INFINITY)
if (isMainThread) process.on('SIGCONT', () => channel.postMessage('now'))
else
  channel.onmessage = () => {
    const until = performance.now() + hangMs
    while (performance.now() < until);
  }
