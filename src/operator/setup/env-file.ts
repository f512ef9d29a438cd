import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Environment, parseDotEnv } from '../../config/config.ts'

const LAYOUT = join(import.meta.dirname, '../../../.env.example')

/** A file of settings as text. Comments and all lines but those that are set stay as they are. */
export interface EnvFile {
  values(): Environment
  /** False, and no change, if a line cannot hold the value. */
  set(name: string, value: string): boolean
}

/**
 * The file at `path`; if there is none, the layout of .env.example without the values of `blank`. Each `set` writes it,
 * readable only by its owner.
 */
export function openEnvFile(path: string, blank: readonly string[]): EnvFile {
  let text = existsSync(path) ? readFileSync(path, 'utf8') : newText(blank)
  return {
    values: () => parseDotEnv(text),
    set: (name, value) => {
      const changed = withSetting(text, name, value)
      if (changed === undefined) return false
      text = changed
      writeFileSync(path, text, { mode: 0o600 })
      chmodSync(path, 0o600) // it may have existed
      return true
    },
  }
}

function newText(blank: readonly string[]): string {
  // The image comes without it.
  const layout = existsSync(LAYOUT) ? readFileSync(LAYOUT, 'utf8') : 'NODE_ENV=production\n'
  return blank.reduce((text, name) => text.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=`), layout)
}

/** `text` with the setting in its place, or at the end; undefined if a line cannot hold the value. */
export function withSetting(text: string, name: string, value: string): string | undefined {
  const before = parseDotEnv(text)
  if (before[name] === value) return text
  const assigned = assignment(name, value)
  if (assigned === undefined) return undefined
  const changed = replaceLast(text, name, assigned) ?? appended(text, assigned)
  if (before[name]?.includes('\n')) return undefined // only its first line would go
  const expected = { ...before, [name]: value }
  return isSame(parseDotEnv(changed), expected) ? changed : undefined
}

function replaceLast(text: string, name: string, assigned: string): string | undefined {
  const lines = [...text.matchAll(new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[^\\n]*$`, 'gm'))]
  const last = lines.at(-1)
  if (!last) return undefined
  const [line] = last
  const comment = /[ \t]+#[^'"`]*$/.exec(line)?.[0] ?? ''
  return text.slice(0, last.index) + assigned + comment + text.slice(last.index + line.length)
}

const appended = (text: string, line: string): string =>
  `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`

// Docker Compose and systemd read the file too: both take single quotes literally, and Compose replaces a bare $.
function assignment(name: string, value: string): string | undefined {
  const plain = /^[^\s#$'"`\\](?:[^#$'"`\\]*[^\s#$'"`\\])?$|^$/.test(value) ? [value] : []
  const quoted = ["'", ...(value.includes('$') ? [] : ['"']), '`'].map((quote) => quote + value + quote)
  return [...plain, ...quoted]
    .map((text) => `${name}=${text}`)
    .find(
      (line) => !value.includes('\n') && isSame(parseDotEnv(`${line}\nNEXT=1`), { [name]: value, NEXT: '1' }),
    )
}

const isSame = (one: Environment, other: Environment): boolean =>
  Object.keys({ ...one, ...other }).every((name) => one[name] === other[name])
