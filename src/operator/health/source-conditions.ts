import { cliCommand } from '../../core/cli-command.ts'
import { addDays, DAY_MS, type Day, dayOf } from '../../core/dates.ts'
import type { Incident } from '../../core/incident.repo.ts'
import { fill } from '../../i18n/words.ts'
import { parseSourceName, requireSource, sourceTitle } from '../../sources/registry.ts'
import type { Source } from '../../sources/source.ts'
import { movedIncidentName, sourceIncidentName } from '../../sources/source-day.repo.ts'
import { type StoppedReason, stoppedReason } from '../../sources/source-day-state.ts'
import { type SourceStatus, sourceFaultText } from '../source-status.ts'
import {
  AT_ONCE,
  type Condition,
  type Finding,
  type FindingValues,
  findingSince,
  timeSeenFrom,
} from './condition.ts'
import type { HealthFacts } from './facts.ts'

const SOURCES_FIX = `See each day and the next fetch: ${cliCommand('sources status')}. If it does not answer, allow this machine to reach it on port 443.`

/** The sources of the settings. */
const configured = ({ sources, config }: HealthFacts): SourceStatus[] =>
  sources.filter(({ source }) => config.SOURCES.includes(source))

interface Stop {
  /** {key}, {megabytes} and {title} are those of its source; also in `fix`. */
  sentence: string
  /** Its answer follows the sentence. */
  isQuoted?: true
  fix: string
}

/** What stopped a source, and what to do. */
const STOPS: Record<StoppedReason, Stop> = {
  'too-many': {
    sentence: 'it lists more papers a day than one source may have, and the newest ones were not stored',
    fix: 'Name a section or a narrower filter in SOURCES, and restart.',
  },
  'wrong-filter': {
    sentence: 'its filter is refused',
    isQuoted: true,
    fix: 'Correct the filter in SOURCES, and restart.',
  },
  'wrong-key': {
    sentence: 'the key in {key} is refused',
    fix: 'Correct {key}, and restart.',
  },
  gone: {
    sentence: 'its feed is gone',
    fix: 'Put its new address into SOURCES, or leave it out, and restart.',
  },
  'not-a-feed': {
    sentence: 'its address returns something other than a feed',
    isQuoted: true,
    fix: 'Put the address of the feed itself into SOURCES, and restart.',
  },
  'broken-feed': {
    sentence: 'its feed cannot be read',
    isQuoted: true,
    fix: 'Tell its publisher. It is tried again every six hours.',
  },
  'large-feed': {
    sentence: 'its feed is larger than {megabytes} MB',
    fix: 'Use a feed with fewer items in SOURCES, such as one of the newest only, and restart.',
  },
  'moved-away': {
    sentence: 'its feed has moved to an address that is not followed',
    isQuoted: true,
    fix: 'If that address is right, put it into SOURCES, and restart.',
  },
  'no-budget': {
    sentence: 'the requests that {title} allows in a day are used up',
    fix: 'Wait: it is tried again every six hours, and the next day. If it happens again, set {key} (a free key allows ten times as many), or name fewer filters in SOURCES.',
  },
}

function ofSource(text: string, name: string): string {
  const source: Source | undefined = parseSourceName(name)?.source
  return fill(text, {
    key: source?.keySetting ?? 'the settings',
    megabytes: (source?.fetchPolicy.maxBytes ?? 0) / 1_000_000,
    title: source?.title ?? name,
  })
}

const stoppedSource: Condition = {
  name: 'source-stopped',
  state: 'warning',
  check: (facts) =>
    configured(facts).flatMap(({ source }) => {
      const incident = incidentOf(source, facts)
      const reason = incident && stoppedReason(incident.what)
      if (!reason) return []
      const { since, detail } = incident
      return [findingSince(`${source} stopped`, since, { source, what: reason, detail })]
    }),
  sentence: ({ since, values }, { now }) => {
    const { sentence, isQuoted } = STOPS[values.what as StoppedReason]
    const said = isQuoted ? `: “${values.detail}”` : ''
    const name = String(values.source)
    return `${sourceTitle(name)} has been stopped since ${timeSeenFrom(now, since)}: ${ofSource(sentence, name)}${said}.`
  },
  fix: ({ values }) => ofSource(STOPS[values.what as StoppedReason].fix, String(values.source)),
  path: () => '/admin/sources',
  notice: () => 'papers',
  alertAfterMs: AT_ONCE,
}

const movedSource: Condition = {
  name: 'source-moved',
  state: 'warning',
  check: (facts) =>
    configured(facts).flatMap(({ source }) => {
      const moved = facts.incidents.find(({ name }) => name === movedIncidentName(source))
      if (!moved) return []
      return [findingSince(`${source} moved`, moved.since, { source, detail: moved.detail })]
    }),
  sentence: ({ values: { source, detail } }) =>
    `${sourceTitle(String(source))} has moved; it is read from its new address: ${detail}.`,
  fix: () => 'Put the new address into SOURCES, and restart. No paper is offered again.',
  path: () => '/admin/sources',
  notice: () => null,
  alertAfterMs: AT_ONCE,
}

const incidentOf = (source: string, { incidents }: HealthFacts): Incident | undefined =>
  incidents.find(({ name }) => name === sourceIncidentName(source))

/** Its fetches fail, or none was made for a day. `since`: the last success; before the first one, the first failure. */
function silentFinding({ source, newestFetch, days, nextTry }: SourceStatus, facts: HealthFacts): Finding[] {
  const failing = incidentOf(source, facts)
  if (failing && stoppedReason(failing.what)) return []
  const since = newestFetch ?? failing?.since
  if (!since || (!failing && facts.now.getTime() - since.getTime() < DAY_MS)) return []
  const failed = days.find(({ lastFault }) => lastFault)
  return [
    findingSince(`${source} fetch`, since, {
      source,
      what: 'no-fetch',
      failures: days.reduce((sum, { failures }) => sum + failures, 0),
      status: failed?.lastStatus ?? null,
      fault: failing?.what ?? null,
      failingSince: failing?.since.toISOString() ?? null,
      nextTry: nextTry?.toISOString() ?? null,
    }),
  ]
}

const silentSource: Condition = {
  name: 'source-silent',
  state: 'warning',
  check: (facts) => configured(facts).flatMap((status) => silentFinding(status, facts)),
  sentence: ({ since, values }, { now }) => {
    const title = sourceTitle(String(values.source))
    if (!values.failingSince) return `${title} has not been fetched since ${timeSeenFrom(now, since)}.`
    const at = timeSeenFrom(now, new Date(String(values.failingSince)))
    if (values.fault !== 'source.unreachable') {
      const status = values.status === null ? null : Number(values.status)
      return `${title} cannot be read since ${at}: ${sourceFaultText(String(values.fault), status)}.`
    }
    if (Number(values.failures) > 1) return `${title} has not answered since ${at}.`
    return `${title} did not answer at ${at}${nextTryText(values, now)}.`
  },
  fix: () => SOURCES_FIX,
  path: () => '/admin/sources',
  notice: () => 'papers',
  alertAfterMs: DAY_MS,
}

function nextTryText({ nextTry }: FindingValues, now: Date): string {
  const at = nextTry ? new Date(String(nextTry)) : now
  return at > now ? `; the next try is at ${timeSeenFrom(now, at)}` : ''
}

/** The last day that ended and should have had papers has none, and neither has any later day. */
function emptyFinding({ source, days }: SourceStatus, now: Date): Finding[] {
  if (requireSource(source).source.isRolling) return []
  const expected = lastExpected(source, now)
  const expectedDay = days.find(({ day }) => day === expected)
  if (!expectedDay || days.some(({ day, papers }) => day >= expected && papers > 0)) return []
  const newest = days.find(({ papers }) => papers > 0)?.day ?? null
  const { reason, lastFault: fault } = expectedDay
  const values = { source, what: 'no-papers', day: expected, newest, reason, fault }
  return [{ key: `${source} papers ${newest ?? 'never'}`, since: now, values }]
}

/** The last day that has ended and for which the source should have listed papers by now. */
function lastExpected(source: string, now: Date): Day {
  const { calendar } = requireSource(source).source
  let day = addDays(dayOf(now), -1)
  while (calendar.dayOffReason(day) || now < calendar.stallsAt(day)) day = addDays(day, -1)
  return day
}

const emptySource: Condition = {
  name: 'source-empty',
  state: 'warning',
  check: (facts) =>
    configured(facts).flatMap((status) =>
      // A source that has not been fetched for a day is silent.
      isSilent(status, facts) ? [] : emptyFinding(status, facts.now),
    ),
  sentence: ({ values: { source, day, newest } }) =>
    `${sourceTitle(String(source))} had no papers on ${day}, a working day${newest ? `; its newest are of ${newest}` : ''}.`,
  fix: ({ values }) => `Fetch it again: ${cliCommand(`papers fetch --date ${values.day}`)}`,
  path: () => '/admin/sources',
  notice: () => 'papers',
  alertAfterMs: AT_ONCE,
}

const isSilent = (status: SourceStatus, facts: HealthFacts): boolean =>
  silentFinding(status, facts).some(({ since }) => facts.now.getTime() - since.getTime() >= DAY_MS)

export const SOURCE_CONDITIONS: readonly Condition[] = [stoppedSource, movedSource, silentSource, emptySource]
