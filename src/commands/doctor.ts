import { inspectConfig } from '../config.ts'
import type { Check } from '../flows/operator/doctor/check.ts'
import { examine } from '../flows/operator/doctor/examine.ts'
import { silentLog } from '../platform/log.ts'
import { clockOf, wire } from '../wiring.ts'
import type { AddCommands, Answer } from './command-line.ts'
import { textOfChecks } from './doctor-text.ts'

const WITHIN_MS = 20_000
const CONNECTIONS = 4
const FAILED = 1

export const addDoctorCommand: AddCommands = (program, line) => {
  program
    .command('doctor')
    .description(
      'what keeps the service from working, each with its fix; exit code 1 where something is wrong',
    )
    .action(line.unready((environment) => doctor(environment)))
}

async function doctor(environment: Parameters<typeof inspectConfig>[0]): Promise<Answer> {
  const { config, faults } = inspectConfig(environment)
  const connect = async () => (await wire(config, { log: silentLog, connections: CONNECTIONS })).deps
  const checks = await examine({ config, clock: clockOf(config), connect }, { faults, withinMs: WITHIN_MS })
  return { json: checks, text: textOfChecks(checks), exit: isSick(checks) ? FAILED : 0 }
}

const isSick = (checks: Check[]): boolean => checks.some(({ state }) => state === 'wrong')
