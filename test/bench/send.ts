// How fast digests are planned and sent, against other ways to send the same:
//   npm run bench -- send [--subscribers 10000] [--rounds 3] [--only ours,plain-10] [--earlier 3000] [--no-close] [--profile FOLDER] [--json]
// Subscribers as send/people.ts draws them are imported by the operator's command, and a recorded day of papers is planned
// for all of them, once. Each delivery then runs on a copy of that database, in a process of its own, to an SMTP server on
// loopback. Each round runs every contestant once, so that they alternate; the table shows medians and ranges.
//   ours-N     the delivery of a worker with N connections; dkim-N signs with RSA-2048
//   plain-10   a query per subscriber that matches in SQL, cached MJML, nodemailer's pool with 10 connections, a row update
//   pair-N     two of our processes with N connections each
//   ready-N    nodemailer's SMTPConnection with ready bytes of our average size, no database
//   source-N   Postfix's smtp-source, as many bytes
//   mailman    Mailman 3's engine with personalised delivery and VERP, as many bytes; at most 500 emails
//   mlmmj      mlmmj-send with VERP, one recipient per email, as many bytes; at most 150 emails
// These run only if --only names them:
//   relay-N    ours to a server that waits 100 ms before it accepts an email, for 10 s
//   service-50 a service on a database without plans, from the hour to the last acceptance
// --growth [--plot FILE.svg] [--max 200000]: 1,000 to 200,000 subscribers with a real day and with 1,500 papers.
// --earlier 3000: as many papers of earlier days are in the archive, and what is learned from them, so that papers come close
// to the topics of all subscribers; --no-close: no subscriber has those. --rounds 0: planning only.
// With --profile, each of our deliveries also writes a .cpuprofile, which slows it down.
import { mkdirSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Fault } from '../../src/core/errors.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import { median, spread } from './median.ts'
import { type Contestant, contestants } from './send/contestants.ts'
import { growth } from './send/growth.ts'
import { type PlannedWorld, planWorld } from './send/planned-world.ts'
import type { Measured } from './send/run-measured.ts'
import { topCosts } from './send/top-costs.ts'

const DEFAULT_BYTES = 24_000

interface Result {
  name: string
  rounds: Measured[]
}

export async function benchSend(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string' },
      earlier: { type: 'string', default: '0' },
      'no-close': { type: 'boolean', default: false },
      profile: { type: 'string' },
      growth: { type: 'boolean', default: false },
      max: { type: 'string', default: '200000' },
      plot: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  if (values.growth) return growth({ max: Number(values.max), file: values.plot })
  const subscribers = Number(values.subscribers)
  const { profile } = values
  if (profile) mkdirSync(profile, { recursive: true })
  const chosen = chosenOf(values.only?.split(','))
  const world = await planWorld({
    ...{ subscribers, earlier: Number(values.earlier), close: !values['no-close'] },
    profile: profile && join(profile, 'plan.cpuprofile'),
  })
  try {
    const { results, skipped } = await compete(world, { rounds: Number(values.rounds), chosen, profile })
    const json = { ...summaryOf(world, subscribers), results, skipped, ratios: ratiosOf(world, results) }
    const costs = profile ? costsOf(profile, world, results) : []
    return { json, text: [textOf(json), ...costs].join('\n\n') }
  } finally {
    await world.close()
  }
}

/** Those that are named, by a whole name or by what precedes its number; else all that do not take long. */
function chosenOf(only: string[] | undefined): Contestant[] {
  const all = contestants()
  if (!only) return all.filter(({ isExtra }) => !isExtra)
  const isNamed = (name: string, one: string) => name === one || name.startsWith(`${one}-`)
  const unknown = only.filter((one) => !all.some(({ name }) => isNamed(name, one)))
  if (unknown.length > 0)
    throw new Fault('usage.wrong', {
      what: `--only ${unknown.join(',')}: choose from ${all.map(({ name }) => name).join(', ')}`,
    })
  return all.filter(({ name }) => only.some((one) => isNamed(name, one)))
}

async function compete(
  world: PlannedWorld,
  { rounds, chosen, profile }: { rounds: number; chosen: Contestant[]; profile: string | undefined },
) {
  const skipped = chosen.flatMap(({ name, missing }) => (missing ? [`${name}: ${missing}`] : []))
  const present = chosen.filter(({ missing }) => !missing)
  const results: Result[] = present.map(({ name }) => ({ name, rounds: [] }))
  let bytes = DEFAULT_BYTES
  for (let round = 0; round < rounds; round++) {
    for (const [i, { name, run }] of present.entries()) {
      const isOurs = /^(ours|dkim)/.test(name)
      const file = profile && isOurs ? join(profile, `${name}.cpuprofile`) : undefined
      const measured = await run({ world, bytes, profile: file })
      if (isOurs && measured.bytes) bytes = measured.bytes
      results[i]!.rounds.push(measured)
    }
  }
  return { results, skipped }
}

const summaryOf = ({ day, papers, plan, sink, importSeconds }: PlannedWorld, subscribers: number) => ({
  ...{ subscribers, day, papers, sink: sink.name, importSeconds, plan },
  machine: `${cpus().length} processors, load ${loadavg()[0]!.toFixed(1)}`,
})

function costsOf(profile: string, { plan }: PlannedWorld, results: readonly Result[]): string[] {
  const ours = results.filter(({ name }) => /^(ours|dkim)/.test(name))
  return [
    topCosts(join(profile, 'plan.cpuprofile'), plan.emails),
    ...ours.map(({ name, rounds }) => topCosts(join(profile, `${name}.cpuprofile`), rounds.at(-1)!.emails)),
  ]
}

/** What the goals of docs/performance.md are about, as far as those were run. */
function ratiosOf({ plan }: PlannedWorld, results: readonly Result[]): Record<string, number> {
  const medianOf = (name: string, pick: (one: Measured) => number) => {
    const rounds = results.find((result) => result.name === name)?.rounds ?? []
    return rounds.length > 0 ? median(rounds.map(pick)) : Number.NaN
  }
  const speed = (name: string) => medianOf(name, ({ perSecond }) => perSecond)
  const allCpu = (name: string) => medianOf(name, ({ cpu, serverCpu }) => cpu + serverCpu)
  const wholeWay = (name: string) => 1 / (1 / speed(name) + plan.seconds / plan.emails)
  const ratios = {
    'ours-50 ÷ ready-50': speed('ours-50') / speed('ready-50'),
    'ours-50 ÷ source-50': speed('ours-50') / speed('source-50'),
    'ours-10 ÷ plain-10': speed('ours-10') / speed('plain-10'),
    'service-50 ÷ plain-10': speed('service-50') / speed('plain-10'),
    'planning and ours-10 ÷ plain-10': wholeWay('ours-10') / speed('plain-10'),
    'planning and ours-50 ÷ plain-10': wholeWay('ours-50') / speed('plain-10'),
    'dkim-10 ÷ ours-10': speed('dkim-10') / speed('ours-10'),
    'dkim-50 ÷ ours-50': speed('dkim-50') / speed('ours-50'),
    'pair-25 ÷ ours-25, processor time': allCpu('pair-25') / allCpu('ours-25'),
    'pair-50 ÷ ours-50, processor time': allCpu('pair-50') / allCpu('ours-50'),
  }
  return Object.fromEntries(Object.entries(ratios).filter(([, ratio]) => Number.isFinite(ratio)))
}

type Figures = ReturnType<typeof summaryOf> & {
  results: Result[]
  skipped: string[]
  ratios: Record<string, number>
}

function textOf({ subscribers, day, papers, sink, machine, importSeconds, plan, ...rest }: Figures): string {
  const each = (seconds: number) => ((seconds * 1e6) / subscribers).toFixed(0)
  const perSubscriber = (perEmail: number) => (perEmail * plan.emails) / subscribers
  return [
    `${subscribers} subscribers, ${papers} papers of ${day}, ${plan.emails} emails; into ${sink} on loopback; ${machine}.`,
    `Import: ${importSeconds} s.`,
    `Planning: ${plan.seconds.toFixed(1)} s, ${each(plan.seconds)} µs a subscriber; processor time ${each(plan.cpuSeconds)} µs here and ${perSubscriber(plan.serverCpu).toFixed(0)} µs in Postgres a subscriber, ${(perSubscriber(plan.wal) / 1000).toFixed(1)} kB of WAL, peak ${plan.peakMegabytes.toFixed(0)} MB.`,
    table(HEADINGS, rest.results.map(rowOf)),
    ...rest.results.flatMap(({ name, rounds }) => firstText(name, rounds)),
    ...Object.entries(rest.ratios).map(([name, ratio]) => `${name}: ${ratio.toFixed(2)}`),
    ...rest.skipped.map((reason) => `Skipped ${reason}.`),
  ].join('\n')
}

function firstText(name: string, rounds: readonly Measured[]): string[] {
  const firsts = rounds.flatMap(({ firstSeconds }) => firstSeconds ?? [])
  return firsts.length > 0 ? [`${name}: the first email ${median(firsts).toFixed(1)} s after the hour.`] : []
}

const HEADINGS = [
  ...['contestant', 'emails', 'emails/s', 'range', 'µs CPU', 'µs Postgres', 'µs sink'],
  ...['commits', 'WAL bytes', 'bytes', 'peak MB'],
]

function rowOf({ name, rounds }: Result): (string | number)[] {
  const of = (pick: (measured: Measured) => number) => median(rounds.map(pick))
  const speeds = rounds.map(({ perSecond }) => perSecond)
  return [
    ...[name, of(({ emails }) => emails), of(({ perSecond }) => perSecond).toFixed(0)],
    spread(speeds),
    ...[of(({ cpu }) => cpu), of(({ serverCpu }) => serverCpu), of(({ sinkCpu }) => sinkCpu)].map((us) =>
      us.toFixed(0),
    ),
    ...[of(({ commits }) => commits).toFixed(2), of(({ wal }) => wal).toFixed(0)],
    ...[of(({ bytes = 0 }) => bytes).toFixed(0), of(({ peakMegabytes }) => peakMegabytes).toFixed(0)],
  ]
}
