import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const PROGRAM = join(import.meta.dirname, 'lay-out-process.ts')
const MOST_BYTES = 10_000_000

/**
 * The HTML of templates/emails/<name>/body.mjml, by name. MJML runs once for each process that mails, in one of its own:
 * what it takes, some 100 MB, is given back when that ends. Rejects with MJML's own error.
 */
export async function layOut<Name extends string>(names: readonly Name[]): Promise<Record<Name, string>> {
  const args = ['--disable-warning=ExperimentalWarning', PROGRAM, ...names]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: MOST_BYTES })
  return JSON.parse(stdout)
}
