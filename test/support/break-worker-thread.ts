import { BroadcastChannel, isMainThread } from 'node:worker_threads'

// For --import: on SIGCONT the threads of a program meet an error that nothing catches.
const channel = new BroadcastChannel('break')
channel.unref()
if (isMainThread) process.on('SIGCONT', () => channel.postMessage('now'))
else
  channel.onmessage = () => {
    throw new Error('broken on purpose')
  }
