import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const RENDER_PROGRAM = join(import.meta.dirname, 'render-mjml-process.ts')
const MAX_BYTES = 10_000_000

const rendered = new Map<string, Promise<Record<string, string>>>()

/**
 * The HTML of templates/emails/<name>/body.mjml, by name. MJML runs once per process that sends, in a child process, so
 * that its memory, some 100 MB, is freed at the end. Rejects with MJML's own error.
 */
export function renderMjml<Name extends string>(names: readonly Name[]): Promise<Record<Name, string>> {
  const key = names.join(' ')
  const cached = rendered.get(key) ?? runMjml(names)
  rendered.set(key, cached)
  cached.catch(() => rendered.delete(key))
  return cached
}

async function runMjml(names: readonly string[]): Promise<Record<string, string>> {
  const args = ['--disable-warning=ExperimentalWarning', RENDER_PROGRAM, ...names]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: MAX_BYTES })
  return JSON.parse(stdout)
}
