import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { machineLoad } from './machine-load.ts'
import { outputOf } from './run.ts'

/** In seconds from the start of `npm install`. */
export interface PackageTrial {
  installed: number
  /** The first digest was in the mailbox of the demo. */
  firstDigest: number
  /** The demo's check had held to its end. */
  held: number
}

/** From nothing to the first digest of the demo, in seconds. */
const FIRST_DIGEST_WITHIN_SECONDS = 60

/** Debian with Node and npm, and nothing else. */
const IMAGE = 'node:24-trixie-slim'

const TRIAL = `
npm install --no-audit --no-fund --prefer-offline "$1"
echo installed
npx daily-papers --help | grep subscribers
npx daily-papers demo --check`

/** A trial in the table of the dry run: a first digest that was too late is marked, with the load of the machine. */
export function describeTrial(where: string, trial?: PackageTrial, load = machineLoad().text): string {
  if (!trial) return `${where}: not tried, no Docker engine replies`
  const [installed, firstDigest, held] = [trial.installed, trial.firstDigest, trial.held].map(Math.round)
  const late = trial.firstDigest > FIRST_DIGEST_WITHIN_SECONDS
  const mark = late ? ` (ABOVE ${FIRST_DIGEST_WITHIN_SECONDS} s, while ${load})` : ''
  return `${where}: installed after ${installed} s, first digest after ${firstDigest} s${mark}, demo --check held after ${held} s`
}

/** Installs the package in an empty folder, runs its command, and walks the demo there. Throws what did not work. */
export async function tryPackage(file: string): Promise<PackageTrial> {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-package-'))
  chmodSync(folder, 0o755) // if this is root, Postgres runs as another user and must be able to enter
  try {
    const trial = await walk('sh', ['-ec', TRIAL, 'sh', resolve(file)], folder)
    const left = readdirSync(join(folder, '.data'))
    if (left.length > 0) throw new Error(`the demo's check left files in .data: ${left.join(', ')}`)
    return trial
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The same in an empty container, as a user who is not root. Undefined if no Docker engine replies. */
export async function tryPackageInContainer(file: string): Promise<PackageTrial | undefined> {
  if (!(await outputOf('docker', ['version']).catch(() => ''))) return undefined
  const options = [
    '--user',
    'node',
    '--workdir',
    '/home/node',
    '--volume',
    `${resolve(file)}:/package.tgz:ro`,
  ]
  const script = ['sh', '-ec', TRIAL, 'sh', '/package.tgz']
  return walk('docker', ['run', '--rm', ...options, IMAGE, ...script], tmpdir())
}

/** Runs TRIAL, and notes when its lines came. */
async function walk(program: string, args: string[], cwd: string): Promise<PackageTrial> {
  const begun = performance.now()
  const seconds = () => (performance.now() - begun) / 1000
  const at: Partial<PackageTrial> = {}
  let output = ''
  const take = (piece: string) => {
    output += piece
    if (/^installed$/m.test(output)) at.installed ??= seconds()
    if (/✔ digest/.test(output)) at.firstDigest ??= seconds()
  }
  const child = spawn(program, args, { cwd, env: emptyEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', take)
  const code = await new Promise((done, failed) => child.on('error', failed).on('close', done))
  const { installed, firstDigest } = at
  if (code !== 0 || installed === undefined || firstDigest === undefined)
    throw new Error(`the package does not work in an empty folder (${program} exited ${code}):\n${output}`)
  return { installed, firstDigest, held: seconds() }
}

/** Without the settings of npm for this repository, which it passes on to what a script runs. */
const emptyEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_(?!EXTRA_CA_CERTS))/i.test(name)),
  )
