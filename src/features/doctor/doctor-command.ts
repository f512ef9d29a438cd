import { styleText } from 'node:util'
import { z } from 'zod'
import { faultyNames, inspectConfig } from '../../config/config.ts'
import { buildDeps, clockOf } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { silentLog } from '../../core/log.ts'
import type { CheckState } from '../../operator/health/feature-check.ts'
import {
  type CommandContext,
  type CommandOutput,
  commandWithoutDeps,
  type OutputStream,
} from '../../operator/operations/operation.ts'
import { fillLines, quantity } from '../../operator/operations/text-table.ts'
import type { Check } from './check.ts'
import { runDnsChecks } from './dns-checks.ts'
import { openDnsResolver } from './dns-client.ts'
import { runDoctor, settingsChecks } from './run-doctor.ts'

const MARKS: Record<CheckState, string> = { ok: '✓', warning: '!', wrong: '✗', skipped: '–' }
const STYLES = { ok: 'green', warning: 'yellow', wrong: 'red', skipped: 'dim' } as const
const MAX_LINE_LENGTH = 100

const TIMEOUT_MS = 20_000
const CONNECTIONS = 4
const FAILED = 1

export const doctorCommand = commandWithoutDeps({
  name: 'doctor',
  summary: 'find what keeps the service from working, with the fix; exit code 1 if something is wrong',
  input: z.object({
    dns: z.boolean().optional(),
    resolver: z.string().optional(),
    beforeStart: z.boolean().optional(),
  }),
  command: {
    options: {
      dns: ['--dns', 'check the DNS records of the sender domain, instead of the other checks'],
      resolver: ['--resolver <address>', 'with --dns: query this server, such as 9.9.9.9 or 127.0.0.1:5353'],
      beforeStart: ['--before-start', 'skip what fails only because the service does not run yet'],
    },
  },
  runWithoutDeps: async (context, { dns, resolver, beforeStart }) => {
    if (!dns && resolver) throw new Fault('usage.wrong', { what: '--resolver needs --dns' })
    return dns ? runDns(context, resolver) : runAll(context, beforeStart)
  },
})

async function runAll(
  { environment, features, terminal }: CommandContext,
  isBeforeStart = false,
): Promise<CommandOutput> {
  const { config, faults } = inspectConfig(environment, features)
  const options = { features, log: silentLog, connections: CONNECTIONS }
  const connect = async () => (await buildDeps(config, options)).deps
  const clock = clockOf(config)
  const input = { config, features, faults, clock, connect, isBeforeStart, withinMs: TIMEOUT_MS }
  const checks = await runDoctor(input)
  return outputOf(checks, terminal.stdout)
}

const DNS_SETTINGS = ['MAIL_FROM', 'BOUNCE_DOMAIN', 'DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY_FILE']

async function runDns(
  { environment, features, terminal }: CommandContext,
  resolver: string | undefined,
): Promise<CommandOutput> {
  const dns = openDnsResolver(resolver)
  const { config, faults } = inspectConfig(environment, features)
  const about = faults.filter((fault) => DNS_SETTINGS.some((name) => faultyNames([fault]).has(name)))
  if (about.length > 0) return outputOf(settingsChecks(config, about), terminal.stdout)
  return outputOf(await runDnsChecks(config, dns, TIMEOUT_MS), terminal.stdout)
}

const outputOf = (checks: Check[], { columns }: OutputStream): CommandOutput => ({
  json: checks,
  text: textOfChecks(checks, columns),
  exitCode: checks.some(({ state }) => state === 'wrong') ? FAILED : 0,
})

/** One line per check with its fix below it, and the number of checks per state. No line is longer than `columns`. */
export function textOfChecks(checks: Check[], columns = MAX_LINE_LENGTH): string {
  const lineLength = Math.min(MAX_LINE_LENGTH, columns || MAX_LINE_LENGTH)
  const width = Math.max(...checks.map(({ check }) => check.length))
  return [...checks.flatMap((check) => linesOf(check, width, lineLength)), '', summaryOf(checks)].join('\n')
}

function linesOf({ check, state, found, fix }: Check, width: number, lineLength: number): string[] {
  const indent = ' '.repeat(width + 5)
  const wrapped = (text: string) => fillLines(text.split(' '), lineLength - indent.length, ' ')
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
