import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { WrongPart } from './wrong-part.ts'

const root = resolve(import.meta.dirname, '../../..')

/** The URL of a file, from its path in this repository. */
export const urlOf = (path: string): string => pathToFileURL(resolve(root, path)).href

/** Replaces a source file in this thread. The replacement may import the real one. */
export function replaceFile({ real, wrong }: WrongPart): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const isReplaced = found.url === urlOf(real) && context.parentURL !== urlOf(wrong)
      return isReplaced ? { ...found, url: urlOf(wrong) } : found
    },
  })
}
