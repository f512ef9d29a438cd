import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { readConfig, readEnvironment } from './config/config.ts'
import { namedIfAway } from './core/database/database.ts'
import { Fault, textOf } from './core/errors.ts'
import { ROLES, type Role, startService } from './service/service.ts'
import { MAX_STOP_MS } from './service/worker-thread.ts'

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: { roles: { type: 'string', default: ROLES.join(',') } } })
  } catch (error) {
    throw new Fault('usage.wrong', { what: textOf(error) })
  }
}

function rolesFrom(args: string[]): Role[] {
  const { values } = parsed(args)
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
  const config = readConfig(readEnvironment())
  const service = await startService(config, rolesFrom(process.argv.slice(2)), { workerThread: true })
  closeWithGrace({ delay: MAX_STOP_MS, logger: false }, async ({ err }) => {
    if (err) service.log.error('service.crashed', { what: err.stack ?? textOf(err) })
    await service.stop()
  })
} catch (thrown) {
  const error = namedIfAway(thrown)
  process.stderr.write(`${textOf(error)}\n`)
  process.exit(error instanceof Fault ? error.exit : 1)
}
