import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { eventually } from './until.ts'

export interface PseudoTerminal {
  /** What it showed so far, without colors. */
  shown(): string
  /** Waits until it shows `text` after what was answered before, then types `keys`. */
  answer(text: string, keys: string): Promise<void>
  ended: Promise<number | null>
  process: ChildProcess
}

/** Why tests that need it are skipped here; undefined where `script` of util-linux is. */
export const noPseudoTerminal = (): string | undefined =>
  process.platform === 'linux' ? undefined : 'no script of util-linux here'

/** Runs one of our programs in a terminal of 80 columns. */
export function startInTerminal(
  [file, ...args]: [string, ...string[]],
  settings: Record<string, string>,
  cwd: string,
): PseudoTerminal {
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', resolve(file), ...args]
  const command = `stty cols 80 rows 50; exec ${program.map((word) => `'${word}'`).join(' ')}`
  const { PATH, HOME } = process.env
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd,
    env: { PATH, HOME, TERM: 'xterm', SHELL: '/bin/sh', ...settings },
  })
  let output = ''
  child.stdout.on('data', (piece) => {
    output += piece
  })
  let answered = 0
  const shown = () => stripVTControlCharacters(output)
  return {
    shown,
    process: child,
    ended: once(child, 'exit').then(([code]) => code),
    answer: async (text, keys) => {
      await eventually(() => shown().slice(answered).includes(text), { seconds: 60 })
      answered = shown().length
      child.stdin.write(keys)
    },
  }
}
