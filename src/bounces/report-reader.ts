import { Piscina } from 'piscina'
import { errorText, Fault } from '../core/errors.ts'
import { MAX_BYTES } from './mail/parse-mail.ts'
import type { ParsedReport } from './reading/parse-report.ts'

export interface ReportReader {
  /**
   * See parseMail and parseReport. Throws report.too-long-to-read and report.unreadable: no email can end this process.
   * Any other error is not the email's fault.
   */
  read(raw: Uint8Array): Promise<ParsedReport>
  /** Ends the thread and aborts what it is reading. */
  close(): Promise<void>
}

const MAX_DURATION_MS = 10_000
const IDLE_MS = 3000
const LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 }
const FILE = new URL('./report-worker.ts', import.meta.url).href

/** Parses emails from strangers in a worker thread, one at a time. An idle reader has no thread. */
export function openReportReader({ maxMs = MAX_DURATION_MS, filename = FILE } = {}): ReportReader {
  const pool = new Piscina({
    filename,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: LIMITS,
    recordTiming: false,
  })
  let isClosed = false
  return {
    async read(raw) {
      const signal = AbortSignal.timeout(maxMs)
      try {
        const mail = new Uint8Array(raw.subarray(0, MAX_BYTES)) // a view would transfer the whole buffer
        return await pool.run(mail, { signal, transferList: [mail.buffer] })
      } catch (cause) {
        if (isClosed || isOfThread(cause)) throw cause
        if (signal.aborted) throw new Fault('report.too-long-to-read', { seconds: maxMs / 1000 }, { cause })
        throw new Fault('report.unreadable', { what: errorText(cause) }, { cause })
      }
    },
    async close() {
      isClosed = true
      await pool.destroy()
    },
  }
}

/** The thread could not start, or ended for a reason other than its input. */
function isOfThread(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('ERR_WORKER_') && code !== 'ERR_WORKER_OUT_OF_MEMORY'
}
