import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startMeter } from './silence.ts'

/** In milliseconds. */
export interface Busy {
  /** CPU time of all threads. */
  cpuMs: number
  /** Event loop delay of the main thread. */
  delayMs: { p999: number; max: number }
  /** The longest that nothing else ran in the main thread, in CPU time. */
  silentMs: number
  /** CPU time of all threads while a request for the front page was in progress, for the slowest of them. */
  frontPageMs: number
}

const RESOLUTION_MS = 10

/** Measures a listening server in its own process; each call returns how busy it was since the last one. */
export function startSiteMeter(server: Server): () => Busy {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  const meter = startMeter()
  let frontPageMs = 0
  // All connections that wait are accepted at once, before anything else runs.
  server.prependListener('connection', meter.look)
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    meter.look()
    if (request.url !== '/') return
    const begun = cpuMs()
    response.once('finish', () => {
      frontPageMs = Math.max(frontPageMs, cpuMs() - begun)
    })
  })
  const inMs = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS)
  let before = cpuMs()
  return () => {
    const busy: Busy = {
      cpuMs: cpuMs() - before,
      delayMs: { p999: inMs(delay.percentile(99.9)), max: inMs(delay.max) },
      silentMs: meter.take(),
      frontPageMs,
    }
    before = cpuMs()
    frontPageMs = 0
    delay.reset()
    return busy
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
