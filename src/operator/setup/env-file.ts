import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Environment } from '../../config/config.ts'
import { parseDotEnv } from '../../config/dot-env.ts'
import { Fault } from '../../core/errors.ts'

const LAYOUT = join(import.meta.dirname, '../../../.env.example')

/** A file of settings as text. Comments and all lines but those that are set stay as they are. */
export interface EnvFile {
  values(): Environment
  /** False, and no change, if a line cannot hold the value. */
  set(name: string, value: string): boolean
}

/**
 * The file at `path`; if it does not exist, the layout of .env.example without the values of `blank`. Each `set` replaces
 * it by a new file, readable only by its owner; a symbolic link stays, and its target is replaced. Throws
 * config.unwritable.
 */
export function openEnvFile(path: string, blank: readonly string[]): EnvFile {
  const isNew = !existsSync(path)
  const target = isNew ? resolve(path) : realpathSync(path)
  requireWritable(target)
  let text = isNew ? newText(blank) : readFileSync(target, 'utf8')
  return {
    values: () => parseDotEnv(text),
    set: (name, value) => {
      const changed = withSetting(text, name, value)
      if (changed === undefined) return false
      replaceFile(target, changed)
      text = changed
      return true
    },
  }
}

/** The folder must be writable too: the file is replaced. */
function requireWritable(file: string): void {
  try {
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK)
    accessSync(dirname(file), constants.W_OK)
  } catch (error) {
    const { code: reason = '' } = error as NodeJS.ErrnoException
    throw new Fault('config.unwritable', { file, reason }, { cause: error })
  }
}

/** Whole or not at all: a full disk or a crash leaves the old file. The owner stays: root may edit the service's file. */
function replaceFile(file: string, text: string): void {
  const partial = `${file}.new`
  rmSync(partial, { force: true }) // of a run that crashed; it may have another mode
  writeFileSync(partial, text, { mode: 0o600, flag: 'wx', flush: true })
  if (existsSync(file) && process.getuid?.() === 0) {
    const { uid, gid } = statSync(file)
    chownSync(partial, uid, gid)
  }
  renameSync(partial, file)
}

function newText(blank: readonly string[]): string {
  // The image does not contain .env.example.
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

// Docker Compose and systemd read the file too. Both take single quotes literally. In double quotes they may drop a
// backslash, and Compose replaces a $. To them, a backtick is part of the value.
function assignment(name: string, value: string): string | undefined {
  const plain = /^[^\s#$'"`\\](?:[^#$'"`\\]*[^\s#$'"`\\])?$|^$/.test(value) ? [value] : []
  const quoted = ["'", ...(/[$\\`]/.test(value) ? [] : ['"'])].map((quote) => quote + value + quote)
  return [...plain, ...quoted]
    .map((text) => `${name}=${text}`)
    .find(
      (line) => !value.includes('\n') && isSame(parseDotEnv(`${line}\nNEXT=1`), { [name]: value, NEXT: '1' }),
    )
}

const isSame = (one: Environment, other: Environment): boolean =>
  Object.keys({ ...one, ...other }).every((name) => one[name] === other[name])
