import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { monotonicMs } from '../../../src/core/clock.ts'
import { quantile } from '../median.ts'

export interface Load {
  connections: number
  /** Until then, requests go on; each begins when the last one on its connection has ended. */
  maxMs: number
  /** Each request takes the next path; the load ends early if there are no more. */
  paths: Iterator<string>
}

export interface Loaded {
  requests: number
  perSecond: number
  p50: number
  p95: number
}

/**
 * Requests pages as fast as they come, over plain sockets: fetch would need more of a processor than the pages do. Each
 * request says that it comes from another network. Throws for any status but 200.
 */
export async function load(port: number, { connections, maxMs, paths }: Load): Promise<Loaded> {
  const began = monotonicMs()
  const waits: number[] = []
  const goOn = async () => {
    const connection = await openConnection(port)
    for (let next = paths.next(); !next.done && monotonicMs() - began < maxMs; next = paths.next()) {
      const asked = monotonicMs()
      const { status } = await connection.get(next.value)
      if (status !== 200) throw new Error(`${status} for ${next.value}`)
      waits.push(monotonicMs() - asked)
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: connections }, goOn))
  const perSecond = (waits.length * 1000) / (monotonicMs() - began)
  return { requests: waits.length, perSecond, p50: quantile(waits, 0.5), p95: quantile(waits, 0.95) }
}

interface Response {
  status: number
  body: Buffer
}

const HEAD_END = '\r\n\r\n'
const CHUNKS_END = '0\r\n\r\n'
let asked = 0

async function openConnection(port: number) {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  await once(socket, 'connect')
  return {
    get: (path: string): Promise<Response> => {
      const n = asked++
      const network = `${11 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}.1`
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nAccept: text/html\r\nX-Forwarded-For: ${network}\r\n\r\n`,
      )
      return readResponse(socket)
    },
    close: () => socket.end(),
  }
}

function readResponse(socket: Socket): Promise<Response> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let [received, headEnd, total] = [0, -1, 0]
    let head = ''
    const closed = () => reject(new Error('the server closed the connection'))
    const read = (piece: Buffer) => {
      pieces.push(piece)
      received += piece.length
      if (headEnd < 0) {
        const start = Buffer.concat(pieces)
        const at = start.indexOf(HEAD_END)
        if (at < 0) return
        headEnd = at + HEAD_END.length
        head = start.toString('latin1', 0, headEnd)
        total = headEnd + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
      }
      const isChunked = Number.isNaN(total)
      if (isChunked ? piece.toString('latin1').endsWith(CHUNKS_END) : received >= total) {
        socket.off('data', read).off('close', closed)
        resolve({ status: Number(head.slice(9, 12)), body: Buffer.concat(pieces).subarray(headEnd) })
      }
    }
    socket.on('data', read).once('close', closed)
  })
}

/** One request; its body. */
export async function getOnce(port: number, path: string): Promise<Buffer> {
  const connection = await openConnection(port)
  const { status, body } = await connection.get(path)
  connection.close()
  if (status !== 200) throw new Error(`${status} for ${path}`)
  return body
}
