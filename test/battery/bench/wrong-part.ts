import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** One file of the program and a wrong file that replaces it. */
export interface WrongPart {
  /** "src/mail/outbox/message.repo.ts" */
  real: string
  /** A file of the battery that exports the same. */
  wrong: string
}

const root = resolve(import.meta.dirname, '../../..')

/**
 * The arguments that start a program with the wrong part; without a part, the real program. Throws if a file has
 * moved or an export has another name: the program would run without the part, and the case would test nothing.
 */
export function programWith(part: WrongPart | undefined, program: string): string[] {
  if (!part) return [program]
  for (const file of [part.real, part.wrong])
    if (!existsSync(resolve(root, file))) throw new Error(`there is no ${file}`)
  const real = exportsOf(part.real)
  for (const name of exportsOf(part.wrong))
    if (!real.includes(name))
      throw new Error(`${part.wrong} replaces ${name}, which ${part.real} does not export`)
  return ['test/battery/bench/with-wrong-part.ts', part.real, part.wrong, program]
}

/** The values that a file declares and exports. */
const exportsOf = (file: string): string[] =>
  [
    ...readFileSync(resolve(root, file), 'utf8').matchAll(
      /^export (?:async )?(?:const|function\*?|class) (\w+)/gm,
    ),
  ].map(([, name = '']) => name)
