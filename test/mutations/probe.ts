import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Runs in the tests of a recording, and in the processes and threads that they start: `record-set-up.ts` calls
// `startFile`, the files of src/ with mutants call `reached`.

/** A file for each test file, with the numbers of the mutants that it reached, and one for each test process. */
const REACHED = join(import.meta.dirname, '../../.data/reached')

/** A thread or another process looks this often which test file runs now. */
const LOOK_EVERY_MS = 20
/** Tests may replace the clock. */
const nowMs = performance.now.bind(performance)

interface State {
  file: string
  seen: Set<number>
  lookAt: number
}

const shared = globalThis as { probeState?: State }
shared.probeState ??= { file: '', seen: new Set(), lookAt: 0 }
const state = shared.probeState

const processFile = (pid: number): string => join(REACHED, `process-${pid}`)

/** Sets the test file of this process, and of its threads and children. */
export function startFile(file: string): void {
  writeFileSync(processFile(process.pid), file)
  Object.assign(state, { file, seen: new Set(), lookAt: Number.POSITIVE_INFINITY })
}

/** Records that the test file that runs now executed the code of these mutants. */
export function reached(...numbers: number[]): void {
  if (nowMs() > state.lookAt) look()
  for (const number of numbers) {
    if (state.seen.has(number)) continue
    state.seen.add(number)
    appendFileSync(join(REACHED, encodeURIComponent(state.file)), `${number}\n`)
  }
}

function look(): void {
  state.lookAt = nowMs() + LOOK_EVERY_MS
  const file = fileOf(process.pid, process.ppid)
  if (file !== state.file) Object.assign(state, { file, seen: new Set() })
}

/** The test file of the first process, from this one upwards, that has one. */
function fileOf(pid: number, parent: number): string {
  if (existsSync(processFile(pid))) return readFileSync(processFile(pid), 'utf8')
  if (parent <= 1) return 'unknown'
  const status = `/proc/${parent}/status`
  const grandparent = existsSync(status) ? /^PPid:\s*(\d+)/m.exec(readFileSync(status, 'utf8')) : null
  return fileOf(parent, Number(grandparent?.[1] ?? 0))
}
