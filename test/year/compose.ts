import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** Runs a program to its end; `input` goes to its standard input. */
export async function run(
  [program = '', ...args]: string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
): Promise<Ran> {
  const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env } })
  child.stdin.on('error', () => {}) // it may end without reading
  child.stdin.end(options.input)
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

export interface Compose {
  /** `docker compose …`; throws where it fails. */
  run(args: string[], input?: string, env?: Record<string, string>): Promise<string>
  /** `daily-papers …` in a container of its own, beside the service; `now`: what its clock begins with. */
  command(args: string[], options?: CommandOptions): Promise<Ran>
}

interface CommandOptions {
  now?: Date
  /** Folders or files of this machine: "/here:/there". */
  volumes?: string[]
  env?: Record<string, string>
}

/** The compose project of a clone, under a name of its own. */
export function openCompose(clone: string, project: string, files: string[]): Compose {
  const base = [
    'docker',
    'compose',
    '-p',
    project,
    '--progress',
    'quiet',
    ...files.flatMap((file) => ['-f', file]),
  ]
  return {
    run: async (args, input, env) => {
      const { code, stdout, stderr } = await run([...base, ...args], {
        cwd: clone,
        input,
        env,
      })
      if (code !== 0) throw new Error(`docker compose ${args.join(' ')}: exit ${code}\n${stderr || stdout}`)
      return stdout
    },
    command: (args, { now, volumes = [], env = {} } = {}) => {
      // A clock of the past is no setting of production.
      const clock = now && { NODE_ENV: 'replay', CLOCK_NOW: now.toISOString() }
      const settings = Object.entries({ ...clock, ...env }).flatMap(([name, value]) => [
        '-e',
        `${name}=${value}`,
      ])
      const mounts = volumes.flatMap((volume) => ['-v', volume])
      return run([...base, 'run', '--rm', '-T', ...settings, ...mounts, 'app', 'daily-papers', ...args], {
        cwd: clone,
      })
    },
  }
}
