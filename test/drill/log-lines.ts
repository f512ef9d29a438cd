import type { ChildProcess } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Writes each line that a program prints to a file as it comes, so that it is there after a failure, too. */
export function logLines(child: ChildProcess, file: string, onLine: (line: string) => void = () => {}): void {
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => {
      appendFileSync(file, `${line}\n`)
      onLine(line)
    })
  }
}
