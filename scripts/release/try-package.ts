import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf } from './run.ts'

export interface Trial {
  /** What `npm install` took, in an empty folder. */
  installSeconds: number
  /** From the start of `npm install` until the first digest was in the mailbox of the demo. */
  firstDigestSeconds: number
  /** From the start until the demo's check had held. */
  seconds: number
}

/** Installs the package in an empty folder, runs its command, and walks the demo there. Throws what did not work. */
export async function tryPackage(file: string): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-package-'))
  chmodSync(folder, 0o755) // if this is root, Postgres runs as another user and must be able to enter
  const begun = performance.now()
  const seconds = () => (performance.now() - begun) / 1000
  const options = { cwd: folder, env: emptyEnvironment() }
  try {
    await outputOf('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', file], options)
    const installSeconds = seconds()
    const help = await outputOf('npx', ['daily-papers', '--help'], options)
    if (!help.includes('subscribers')) throw new Error(`daily-papers --help lists no commands:\n${help}`)
    const firstDigestSeconds = await checkDemo(options, seconds)
    const left = readdirSync(join(folder, '.data'))
    if (left.length > 0) throw new Error(`the demo's check left files in .data: ${left.join(', ')}`)
    return { installSeconds, firstDigestSeconds, seconds: seconds() }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Without the settings of npm for this repository, which it passes on to what a script runs. */
const emptyEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_)/i.test(name)))

/** Runs the check of the demo. Returns when its line about the digest came. */
async function checkDemo(
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
  seconds: () => number,
): Promise<number> {
  const check = spawn('npx', ['daily-papers', 'demo', '--check'], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let firstDigest: number | undefined
  const take = (piece: string) => {
    output += piece
    if (/✔ digest/.test(output)) firstDigest ??= seconds()
  }
  for (const stream of [check.stdout, check.stderr]) stream.setEncoding('utf8').on('data', take)
  const code = await new Promise((done, failed) => check.on('error', failed).on('close', done))
  if (code !== 0 || firstDigest === undefined)
    throw new Error(`daily-papers demo --check exited ${code}:\n${output}`)
  return firstDigest
}
