import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { readConfig, readEnvironment, requireSettings } from './config/config.ts'
import { wrapIfUnavailable } from './core/database/database.ts'
import { errorText, Fault } from './core/errors.ts'
import { FEATURES } from './features/index.ts'
import { ROLES, type Role, startService } from './service/service.ts'
import { startLine, stopLine } from './service/start-line.ts'
import { MAX_STOP_MS } from './service/worker-thread.ts'
import { hasAdminPages } from './web/feature-routes.ts'

function parseArguments(args: string[]) {
  try {
    return parseArgs({ args, options: { roles: { type: 'string', default: ROLES.join(',') } } })
  } catch (error) {
    throw new Fault('usage.wrong', { what: errorText(error) })
  }
}

function rolesFrom(args: string[]): Role[] {
  const { values } = parseArguments(args)
  const roles = values.roles.split(',').map((name) => name.trim())
  const unknown = roles.find((name) => !ROLES.includes(name as Role))
  if (unknown !== undefined) {
    throw new Fault('usage.wrong', {
      what: `--roles: "${unknown}" is not a role; use a comma-separated list of ${ROLES.join(', ')}`,
    })
  }
  return roles as Role[]
}

try {
  const roles = rolesFrom(process.argv.slice(2))
  const environment = readEnvironment()
  requireSettings(environment)
  const config = readConfig(environment, FEATURES)
  const options = { features: FEATURES, threads: true }
  // For a person: what reads the log from a pipe or a file gets only lines of JSON.
  if (process.stdout.isTTY)
    process.stdout.write(`${startLine(config, roles, hasAdminPages(FEATURES, config))}\n`)
  const starting = startService(config, roles, options)
  let stopped: Promise<void> | undefined
  // Its worker may be sending before all has started.
  const grace = closeWithGrace({ delay: MAX_STOP_MS, logger: false }, async ({ err }) => {
    const service = await starting
    if (err) service.log.error('service.crashed', { what: err.stack ?? errorText(err) })
    stopped ??= service.stop()
    await stopped
    const line = stopLine(config)
    if (line && process.stdout.isTTY) process.stdout.write(`${line}\n`)
  })
  // Emitted if the launcher is killed. Without a launcher, as under systemd or Docker, there is no channel.
  process.once('disconnect', grace.close)
  process.channel?.unref()
  await starting
  flushCompileCache() // a service that is killed leaves it too
} catch (thrown) {
  const error = wrapIfUnavailable(thrown)
  process.stderr.write(`${errorText(error)}\n`)
  process.exit(error instanceof Fault ? error.exit : 1)
}
