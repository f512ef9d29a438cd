import { Piscina } from 'piscina'
import { errorText, Fault } from '../core/errors.ts'
import { MAX_BYTES } from './mail/parse-mail.ts'
import type { ParsedReport } from './reading/parse-report.ts'

export interface ReportReader {
  /**
   * See parseMail and readReport. Throws report.too-long-to-read and report.unreadable: whatever the mail is, this process goes on.
   * Anything else that it throws is no fault of the mail's.
   */
  read(raw: Uint8Array): Promise<ParsedReport>
  /** Ends the thread, and what is still being read with it. */
  close(): Promise<void>
}

const MAX_DURATION_MS = 10_000
const IDLE_MS = 3000
const LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 }
const FILE = new URL('./report-worker.ts', import.meta.url).href

/** Reads mails of strangers in a thread, one after the other. A reader at rest holds no thread. */
export function openReportReader({ longestMs = MAX_DURATION_MS, filename = FILE } = {}): ReportReader {
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
      const signal = AbortSignal.timeout(longestMs)
      try {
        const mail = new Uint8Array(raw.subarray(0, MAX_BYTES)) // a view would take all behind it along
        return await pool.run(mail, { signal, transferList: [mail.buffer] })
      } catch (cause) {
        if (isClosed || isOfThread(cause)) throw cause
        if (signal.aborted)
          throw new Fault('report.too-long-to-read', { seconds: longestMs / 1000 }, { cause })
        throw new Fault('report.unreadable', { what: errorText(cause) }, { cause })
      }
    },
    async close() {
      isClosed = true
      await pool.destroy()
    },
  }
}

/** The thread could not begin, or ended for another reason than what it read. */
function isOfThread(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('ERR_WORKER_') && code !== 'ERR_WORKER_OUT_OF_MEMORY'
}
