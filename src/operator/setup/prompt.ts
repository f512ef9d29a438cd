import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { OutputStream } from '../operations/operation.ts'

export interface Prompt {
  /**
   * The line that the person typed. `initial` is already typed, so that it can be edited. A hidden line is not shown.
   * Rejects with an AbortError after Ctrl-C or Ctrl-D.
   */
  ask(question: string, options: { initial?: string; isHidden?: boolean }): Promise<string>
  /** Gives the terminal back. */
  close(): void
}

export function openPrompt(stdin: NodeJS.ReadableStream, stdout: OutputStream): Prompt {
  let isMuted = false
  const output = new Writable({
    write: (piece, _encoding, done) => {
      if (!isMuted) stdout.write(piece)
      done()
    },
  })
  // readline breaks long lines where the terminal does.
  Object.defineProperty(output, 'columns', { get: () => stdout.columns ?? 80 })
  const lines = createInterface({ input: stdin, output, terminal: true, historySize: 0 })
  const ended = new AbortController()
  lines.once('close', () => ended.abort())
  return {
    ask: async (question, { initial = '', isHidden = false }) => {
      const answer = lines.question(question, { signal: ended.signal })
      lines.write(initial)
      isMuted = isHidden
      try {
        return await answer
      } finally {
        isMuted = false
        if (isHidden || ended.signal.aborted) stdout.write('\n')
      }
    },
    close: () => lines.close(),
  }
}
