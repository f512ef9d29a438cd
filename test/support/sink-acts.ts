import type { Socket } from 'node:net'

/**
 * A line such as "451 later", or several. "after 3000: 250 ok": the same, milliseconds later. "drip 1000: 250 ok":
 * a byte, milliseconds, a byte. close: hangs up without a word; reset: with a RST; half-close: says no more and listens on; silence: never
 * answers; endless: a line that has no end; endless-lines: a reply that has none.
 */
export type Behaviour = string | 'close' | 'reset' | 'half-close' | 'silence' | 'endless' | 'endless-lines'

const POURED: Record<string, string> = {
  endless: 'x'.repeat(65_536),
  'endless-lines': '250-and more\r\n'.repeat(4000),
}

const ACTS: Record<string, (socket: Socket) => unknown> = {
  close: (socket) => socket.destroy(),
  reset: (socket) => socket.resetAndDestroy(),
  'half-close': (socket) => socket.end(),
  silence: () => {},
}

/** Applies a behaviour to a connection. */
export function act(socket: Socket, behaviour: Behaviour): void {
  const { how, ms, text = '' } = /^(?<how>after|drip) (?<ms>\d+): (?<text>.*)$/s.exec(behaviour)?.groups ?? {}
  if (how === 'after') setTimeout(() => act(socket, text), Number(ms))
  else if (how === 'drip') drip(socket, `${text}\r\n`, Number(ms))
  else if (POURED[behaviour]) pour(socket, POURED[behaviour])
  else if (ACTS[behaviour]) ACTS[behaviour](socket)
  else if (socket.writable) socket.write(`${behaviour}\r\n`)
}

function drip(socket: Socket, text: string, everyMs: number): void {
  const bytes = [...text]
  const timer = setInterval(() => {
    const byte = bytes.shift()
    if (byte === undefined || !socket.writable) clearInterval(timer)
    else socket.write(byte)
  }, everyMs)
  socket.once('close', () => clearInterval(timer))
}

function pour(socket: Socket, text: string): void {
  if (!socket.writable) return
  if (socket.write(text)) setImmediate(() => pour(socket, text))
  else socket.once('drain', () => pour(socket, text))
}
