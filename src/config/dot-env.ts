import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { Fault } from '../core/errors.ts'

const readFile = (path: string): string => readFileSync(path, 'utf8')

/** The variables of `.env` in the working folder; none without the file. Throws config.unreadable. */
export function readDotEnv(read = readFile): Record<string, string | undefined> {
  try {
    return parseDotEnv(read('.env'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return {}
    if (code !== 'EACCES') throw error
    throw new Fault('config.unreadable', { file: resolve('.env'), user: userInfo().username })
  }
}

/** A # begins a comment, but not in `SITE_COLOR=#12564f`. */
export const parseDotEnv = (text: string): Record<string, string | undefined> =>
  parseEnv(text.replace(/^(\s*SITE_COLOR\s*=\s*)#/m, '$1'))
