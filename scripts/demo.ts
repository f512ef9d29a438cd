// The whole service on this computer, with sample papers and a mailbox that catches every email: npm run demo
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readEnvironment } from '../src/config/config.ts'
import { errorText } from '../src/core/errors.ts'
import { checkDemo } from './demo/check.ts'
import { type Demo, portOr, removeDemo, requireAlone, startDemo } from './demo/demo.ts'
import { type Desk, startDesk } from './demo/desk.ts'
import { describeDay, describeSent, KEYS, USAGE, welcome } from './demo/words.ts'
import { optionsOrExit } from './options-or-exit.ts'

function optionsFrom(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      check: { type: 'boolean', default: false },
      port: { type: 'string' },
      'no-open': { type: 'boolean', default: false },
      reset: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new Error(`--port takes a whole number from 0 to 65535, not "${values.port}"`)
  }
  return { ...values, port }
}

type Options = ReturnType<typeof optionsFrom>

async function run(options: Options): Promise<void> {
  const folder = join(readEnvironment({ dotEnv: false }).DATA_DIR ?? '.data', 'demo')
  if (options.check) {
    process.exitCode = (await checkDemo(`${folder}-check`, options.port)) ? 0 : 1
    return
  }
  await requireAlone(folder)
  if (options.reset) await removeDemo(folder)
  const say = (text: string) => void (options.json || process.stdout.write(`${text}\n`))
  const port = await portOr(options.port ?? 3000)
  if (options.port !== undefined && port !== options.port)
    say(`Port ${options.port} is taken: the site is on ${port}.`)
  say('Starting … nothing leaves this computer.')
  const demo = await startDemo({ folder, port })
  const desk = await startDesk(demo)
  const addresses = {
    ...{ site: demo.site, mailbox: demo.mailbox.url, desk: desk.url },
    admin: `${demo.site}/admin`,
  }
  if (options.json) process.stdout.write(`${JSON.stringify(addresses)}\n`)
  say(
    welcome(addresses, { keys: Boolean(process.stdin.isTTY), now: demo.now(), password: demo.adminPassword }),
  )
  if (process.stdin.isTTY && !options['no-open'] && !options.json) openInBrowser(desk.url)
  waitForKeys(demo, desk, say)
}

function waitForKeys(demo: Demo, desk: Desk, say: (text: string) => void): void {
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    say('Stopping … `npm run demo` continues from here, `npm run demo -- --reset` starts again.')
    await desk.stop()
    await demo.stop()
    process.exit(0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  if (!process.stdin.isTTY) return
  process.stdin.setRawMode(true)
  process.stdin.on('data', async (data) => {
    const key = data.toString()
    if (key === 'q' || key === '\u0003') await stop()
    else if (key === 'd') say(describeSent(await demo.sendDigests(), 'press n'))
    else if (key === 'n') say(describeDay(await demo.nextDay(), demo))
    else if (key === 'o') openInBrowser(desk.url)
    else say(KEYS)
  })
}

function openInBrowser(url: string): void {
  const command = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open'
  spawn(command, [url], { stdio: 'ignore', detached: true }).on('error', () => {})
}

try {
  await run(optionsOrExit(optionsFrom, USAGE))
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`)
  process.stderr.write('Left over from an earlier demo? npm run demo -- --reset\n')
  process.exit(1)
}
