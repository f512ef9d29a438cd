import { cliCommand } from '../../core/cli-command.ts'
import {
  AT_ONCE,
  type Condition,
  type Finding,
  findingSince,
  RECOVERY_MS,
  timeSeenFrom,
} from '../../operator/health/condition.ts'
import type { HealthFacts } from '../../operator/health/facts.ts'

/** Prefix of the incident of a channel, before its name. */
const PREFIX = 'channel '

export const incidentOf = (name: string): string => PREFIX + name

/** What waits for the operator: nothing more is posted. */
const STOPPED = ['stopped', 'sealed']

const findings = ({ incidents }: HealthFacts, isStopped: boolean): Finding[] =>
  incidents
    .filter(({ name, what }) => name.startsWith(PREFIX) && STOPPED.includes(what) === isStopped)
    .map(({ name, what, detail, since }) =>
      findingSince(name, since, { channel: name.slice(PREFIX.length), what, detail }),
    )

const HAPPENED: Record<string, string> = {
  deferred: 'does not take its post and is tried again',
  refused: 'refused its post',
  gave_up: 'did not take its post in time; the next one has its papers',
  uncertain: 'did not say whether it took its post',
}

const failing: Condition = {
  name: 'channel-failing',
  state: 'warning',
  check: (facts) => findings(facts, false),
  sentence: ({ since, values: { channel, what, detail } }, { now }) =>
    `The channel ${channel} ${HAPPENED[String(what)] ?? what}, since ${timeSeenFrom(now, since)}: ${detail}`,
  fix: ({ values: { channel } }) =>
    `Try it: ${cliCommand(`channels test ${channel}`)}. docs/channels.md says what each service wants.`,
  path: () => '#alerts',
  notice: () => null,
  alertAfterMs: RECOVERY_MS,
}

const stopped: Condition = {
  name: 'channel-stopped',
  state: 'wrong',
  check: (facts) => findings(facts, true),
  sentence: ({ since, values: { channel, detail } }, { now }) =>
    `Nothing is posted to the channel ${channel} since ${timeSeenFrom(now, since)}: ${detail}`,
  fix: ({ values: { channel } }) =>
    `Correct it at the service, then: ${cliCommand(`channels test ${channel}`)}, which starts it again. If its address changed, remove the channel and add it again.`,
  path: () => '#alerts',
  notice: () => null,
  alertAfterMs: AT_ONCE,
}

export const CHANNEL_CONDITIONS: readonly Condition[] = [stopped, failing]
