import { styleText } from 'node:util'
import { z } from 'zod'
import { type Environment, faultyNames, inspectConfig } from '../../config/config.ts'
import { buildDeps, clockOf } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { silentLog } from '../../core/log.ts'
import { runDnsChecks } from '../dns/dns-checks.ts'
import { openDnsResolver } from '../dns/dns-client.ts'
import type { Check, CheckState } from '../doctor/check.ts'
import { runDoctor, settingsChecks } from '../doctor/run-doctor.ts'
import { type CommandOutput, setupCommand } from './operation.ts'
import { fillLines, quantity } from './text-table.ts'

const MARKS: Record<CheckState, string> = { ok: '✓', warning: '!', wrong: '✗', skipped: '–' }
const STYLES = { ok: 'green', warning: 'yellow', wrong: 'red', skipped: 'dim' } as const
const MAX_LINE_LENGTH = 100

const TIMEOUT_MS = 20_000
const CONNECTIONS = 4
const FAILED = 1

export const doctorCommand = setupCommand({
  name: 'doctor',
  summary: 'find what keeps the service from working, with the fix; exit code 1 if something is wrong',
  input: z.object({ dns: z.boolean().optional(), resolver: z.string().optional() }),
  command: {
    options: {
      dns: ['--dns', 'check the DNS records of the sender domain, instead of the other checks'],
      resolver: ['--resolver <address>', 'with --dns: query this server, such as 9.9.9.9 or 127.0.0.1:5353'],
    },
  },
  runBeforeSetup: async (environment, { dns, resolver }) => {
    if (!dns && resolver) throw new Fault('usage.wrong', { what: '--resolver needs --dns' })
    return dns ? doctorDns(environment, resolver) : doctor(environment)
  },
})

async function doctor(environment: Environment): Promise<CommandOutput> {
  const { config, faults } = inspectConfig(environment)
  const connect = async () => (await buildDeps(config, { log: silentLog, connections: CONNECTIONS })).deps
  const clock = clockOf(config)
  const checks = await runDoctor({ config, faults, clock, connect, withinMs: TIMEOUT_MS })
  return outputOf(checks)
}

const DNS_SETTINGS = ['MAIL_FROM', 'BOUNCE_DOMAIN', 'DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY_FILE']

async function doctorDns(environment: Environment, resolver: string | undefined): Promise<CommandOutput> {
  const dns = openDnsResolver(resolver)
  const { config, faults } = inspectConfig(environment)
  const about = faults.filter((fault) => DNS_SETTINGS.some((name) => faultyNames([fault]).has(name)))
  if (about.length > 0) return outputOf(settingsChecks(config, about))
  return outputOf(await runDnsChecks(config, dns, TIMEOUT_MS))
}

const outputOf = (checks: Check[]): CommandOutput => ({
  json: checks,
  text: textOfChecks(checks),
  exitCode: checks.some(({ state }) => state === 'wrong') ? FAILED : 0,
})

/** One line per check with its fix below it, and the number of checks per state. */
export function textOfChecks(checks: Check[]): string {
  const width = Math.max(...checks.map(({ check }) => check.length))
  return [...checks.flatMap((check) => linesOf(check, width)), '', summaryOf(checks)].join('\n')
}

function linesOf({ check, state, found, fix }: Check, width: number): string[] {
  const indent = ' '.repeat(width + 5)
  const wrapped = (text: string) => fillLines(text.split(' '), MAX_LINE_LENGTH - indent.length, ' ')
  const [first, ...rest] = wrapped(state === 'skipped' ? `skipped: ${found}` : found)
  const fixes = fix ? wrapped(`fix: ${fix}`) : []
  const head = `${styleText(STYLES[state], MARKS[state])}  ${check.padEnd(width)}  ${first}`
  return [
    head,
    ...rest.map((text) => indent + text),
    ...fixes.map((text) => indent + styleText('cyan', text)),
  ]
}

function summaryOf(checks: Check[]): string {
  const of = (state: CheckState) => checks.filter((check) => check.state === state).length
  const wrong = of('wrong') > 0 ? styleText(STYLES.wrong, `${of('wrong')} wrong`) : '0 wrong'
  return `${of('ok')} ok, ${quantity(of('warning'), 'warning')}, ${wrong}, ${of('skipped')} skipped.`
}
