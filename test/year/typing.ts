import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from './lab.ts'

/** Says what was typed, and what came of it; throws where it did not hold. */
export type Step = [title: string, work: (lab: Lab, say: Say) => Promise<void>]

export type Say = (text: string) => void

export function need(held: boolean, otherwise: string): asserts held {
  if (!held) throw new Error(otherwise)
}

export const indented = (text: string, most = 40): string => {
  const lines = text.trimEnd().split('\n')
  const shown = lines.length > most ? [...lines.slice(0, most), `… ${lines.length - most} more lines`] : lines
  return shown.map((line) => `    ${line}`).join('\n')
}

/** A command of the operator, as typed; `exit`: what it must end with. */
export async function enter(
  { compose }: Lab,
  say: Say,
  args: string[],
  { exit = 0, most, ...options }: { exit?: number; most?: number; now?: Date; volumes?: string[] } = {},
): Promise<string> {
  const { code, stdout, stderr } = await compose.command(args, options)
  say(`  $ daily-papers ${args.join(' ')}`)
  say(indented(stdout.trim() || stderr.trim(), most))
  need(code === exit, `daily-papers ${args[0]} ${args[1] ?? ''}: exit ${code}, not ${exit}: ${stderr}`)
  return stdout
}

export async function ask<T>({ compose }: Lab, args: string[], now?: Date): Promise<T> {
  const { code, stdout, stderr } = await compose.command([...args, '--json'], { now })
  need(code === 0, `${args.join(' ')}: exit ${code}: ${stderr}`)
  return JSON.parse(stdout) as T
}

/** Asks once a second, until it is so or 90 seconds are over. Returns the last answer. */
export async function until<T>(ask: () => T | Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const answer = await ask()
    if (isSo(answer) || tries === 90) return answer
    await sleep(1000)
  }
}
