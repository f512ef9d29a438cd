import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../../src/core/database/embedded-postgres.ts'

/** An SMTP server on loopback that accepts and forgets every email, in a process of its own. */
export interface Sink {
  name: string
  port: number
  pid: number
  stop(): Promise<void>
}

/** Postfix's smtp-sink where it is installed; else ours. */
export async function startSink(): Promise<Sink> {
  const program = installed('smtp-sink')
  return program ? startSmtpSink(program) : startOurSink()
}

async function startSmtpSink(program: string): Promise<Sink> {
  const port = await freePort()
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn(program, [...user, `127.0.0.1:${port}`, '1000'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (child.exitCode === null && !(await accepts(port))) await sleep(50)
  return { name: 'smtp-sink', port, pid: child.pid!, stop: () => end(child, () => child.kill()) }
}

/** `delayMs`: before it accepts an email. */
export async function startOurSink(delayMs = 0): Promise<Sink> {
  const child = fork(join(import.meta.dirname, 'sink.ts'), [String(delayMs)])
  const [port] = (await once(child, 'message')) as [number]
  return { name: 'smtp-server', port, pid: child.pid!, stop: () => end(child, () => child.disconnect()) }
}

async function end(child: ChildProcess, stop: () => void): Promise<void> {
  if (child.exitCode !== null) return
  const exit = once(child, 'exit')
  stop()
  await exit
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'data')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** The path of a program; also looks where the PATH of a user has no server programs. */
export const installed = (name: string): string | undefined =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, name))
    .find(isExecutable)

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
