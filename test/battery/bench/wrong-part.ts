import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** One file of the program with another in its place, which looks right and is not. */
export interface WrongPart {
  /** "src/mail/outbox/message.repo.ts" */
  real: string
  /** A file of the battery that exports the same. */
  wrong: string
}

const root = resolve(import.meta.dirname, '../../..')

/**
 * What a program is started with, so that it runs with the wrong part, or as it is where there is none. Throws where
 * a file has moved: the program would run without the part, and a battery that sees nothing wrong would be right.
 */
export function programWith(part: WrongPart | undefined, program: string): string[] {
  if (!part) return [program]
  for (const file of [part.real, part.wrong])
    if (!existsSync(resolve(root, file))) throw new Error(`there is no ${file}`)
  return ['test/battery/bench/with-wrong-part.ts', part.real, part.wrong, program]
}
