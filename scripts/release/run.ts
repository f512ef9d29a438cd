import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const ROOT = join(import.meta.dirname, '../..')

const MAX_OUTPUT_BYTES = 100_000_000

/** The output of docker with these arguments. */
export const docker = (...args: string[]): Promise<string> => outputOf('docker', args)

/** The output of a program. Rejects with the end of what it wrote to stderr if it fails. */
export async function outputOf(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { cwd = ROOT, env = process.env } = options
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env, maxBuffer: MAX_OUTPUT_BYTES })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    const end = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n')
    throw new Error(`${program} ${args.join(' ')} in ${cwd}:\n${end}`)
  }
}

/** The files below these paths that git has or would take. */
export async function filesOfGit(paths: readonly string[]): Promise<string[]> {
  const options = ['-z', '--cached', '--others', '--exclude-standard']
  const known = await outputOf('git', ['ls-files', ...options, '--', ...paths])
  return known.split('\0').filter(Boolean)
}
