import { connect } from 'node:net'
import { expensiveLibraries } from '../../support/expensive-libraries.ts'
import { network, send } from './http-request.ts'

export interface Attack {
  name: string
  /** How often each status, or error without a reply, came back. */
  replies: Record<string, number>
  stop(): void
}

/** Runs `attackers` at a time; each begins again when it has its reply. */
function repeated(name: string, attackers: number, attack: (n: number) => Promise<string>): Attack {
  const replies: Record<string, number> = {}
  let isOver = false
  let begun = 0
  const goOn = async () => {
    while (!isOver) {
      const reply = await attack(begun++)
      replies[reply] = (replies[reply] ?? 0) + 1
    }
  }
  for (let i = 0; i < attackers; i++) goOn()
  const stop = () => {
    isOver = true
  }
  return { name, replies, stop }
}

const UPLOADS = 6

export function libraries(port: number): Attack {
  const bodies = expensiveLibraries()
  return repeated('libraries', UPLOADS, (n) => {
    const { body } = bodies[n % bodies.length]!
    return send({ port, path: '/subscribe/library', from: network(30, n), ...asFile(body) })
  })
}

const BOUNDARY = 'a-boundary-of-the-bench'

/** As a browser sends a file of a form. */
const asFile = (text: string) => ({
  type: `multipart/form-data; boundary=${BOUNDARY}`,
  body:
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="library"; filename="papers.bib"\r\n` +
    `Content-Type: application/octet-stream\r\n\r\n${text}\r\n--${BOUNDARY}--\r\n`,
})

const IDLE = 300
const IDLE_NETWORKS = 30

export const idleBodies = (port: number): Attack =>
  repeated('idle bodies', IDLE, (n) => idleBody(port, network(40, n % IDLE_NETWORKS)))

/** Resolves with the status of the reply, or "closed" without one. */
function idleBody(port: number, from: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `POST /subscribe HTTP/1.1\r\nHost: localhost:${port}\r\nX-Forwarded-For: ${from}\r\n` +
          'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 50000\r\n\r\n',
      )
    })
    socket.once('data', (head) => {
      resolve(head.toString('latin1', 9, 12))
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve('closed'))
  })
}

const PRESSES = 250

export const presses = (port: number, path: string): Attack =>
  repeated('one link', PRESSES, () =>
    send({ port, path, from: network(50, 0), body: new URLSearchParams({ do: 'more' }) }),
  )
