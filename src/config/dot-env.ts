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

/** Settings whose values may have a #, as in `SITE_COLOR=#12564f` and `SOURCES=rss:https://example.org/feed#Name`. */
const WITH_HASH = /^([ \t]*(?:SITE_COLOR|SOURCES)[ \t]*=[ \t]*)([^\s'"`].*?)([ \t]+#.*|[ \t]*)$/gm

/** A # begins a comment; in these settings only after a blank, as Docker Compose reads every line. */
export const parseDotEnv = (text: string): Record<string, string | undefined> =>
  parseEnv(text.replace(WITH_HASH, (_line, name: string, value: string) => name + quoted(value)))

/** In quotes that are not in it: between them, nothing has a meaning of its own. */
function quoted(value: string): string {
  const quote = ["'", '`', '"'].find((one) => !value.includes(one)) ?? ''
  return quote + value + quote
}
