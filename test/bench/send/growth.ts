// How planning and sending grow: --growth [--plot FILE.svg] [--max 200000]. Each size is a database of its own.
import { writeFileSync } from 'node:fs'
import { table } from '../../../src/operator/operations/text-table.ts'
import { plot } from '../match/plot.ts'
import { contestants } from './contestants.ts'
import { planWorld } from './planned-world.ts'

const SUBSCRIBERS = [1_000, 10_000, 50_000, 200_000]
const MANY_PAPERS = 1500
const PAPERS = [30, 150]
/** The most subscribers with which papers grow. */
const PAPERS_AT = 10_000
const MILLION = 1_000_000

interface Size {
  subscribers: number
  /** A real day if not given. */
  papers?: number
}

interface Grown {
  subscribers: number
  papers: number
  emails: number
  planSeconds: number
  planMegabytes: number
  perSecond: number
  sendSeconds: number
  sendMegabytes: number
  /** By the plain design, from a sample. */
  plainSeconds?: number
}

export async function growth({ max, file }: { max: number; file: string | undefined }) {
  const counts = SUBSCRIBERS.filter((count) => count <= max)
  const real = await measureAll(counts.map((subscribers) => ({ subscribers })))
  const many = await measureAll(counts.map((subscribers) => ({ subscribers, papers: MANY_PAPERS })))
  const at = counts.findLastIndex((count) => count <= PAPERS_AT)
  const few = await measureAll(PAPERS.map((papers) => ({ subscribers: counts[at]!, papers })))
  const byPapers = [...few, many[at]!]
  const slopes = {
    'planning by subscribers': slope(real, 'subscribers', 'planSeconds'),
    'sending by subscribers': slope(real, 'subscribers', 'sendSeconds'),
    [`planning by subscribers, ${MANY_PAPERS} papers`]: slope(many, 'subscribers', 'planSeconds'),
    [`sending by subscribers, ${MANY_PAPERS} papers`]: slope(many, 'subscribers', 'sendSeconds'),
    'planning by papers': slope(byPapers, 'papers', 'planSeconds'),
    'sending by papers': slope(byPapers, 'papers', 'sendSeconds'),
  }
  const million = [real, many].map((all) => toMillion(all.at(-1)!))
  if (file) writeFileSync(file, plotOf([...real, million[0]!], [...many, million[1]!]))
  return {
    json: { real, many, few, slopes, million },
    text: textOf([...real, ...few, ...many], slopes, million),
  }
}

async function measureAll(sizes: readonly Size[]): Promise<Grown[]> {
  const all: Grown[] = []
  for (const size of sizes) all.push(await measure(size))
  return all
}

async function measure({ subscribers, papers }: Size): Promise<Grown> {
  const world = await planWorld({ subscribers, papers })
  try {
    const run = (name: string) =>
      contestants()
        .find((one) => one.name === name)!
        .run({ world, bytes: 0 })
    const sent = await run('ours-50')
    const plain = papers ? undefined : await run('plain-10')
    const { emails, seconds, peakMegabytes } = world.plan
    return {
      ...{ subscribers, papers: world.papers, emails, planSeconds: seconds, planMegabytes: peakMegabytes },
      ...{
        perSecond: sent.perSecond,
        sendSeconds: emails / sent.perSecond,
        sendMegabytes: sent.peakMegabytes,
      },
      plainSeconds: plain && emails / plain.perSecond,
    }
  } finally {
    await world.close()
  }
}

/** The exponent: the least squares of logarithms. */
function slope(all: readonly Grown[], x: 'subscribers' | 'papers', y: 'planSeconds' | 'sendSeconds'): number {
  const points = all.map((one) => [Math.log(one[x]), Math.log(one[y])] as const)
  const mean = (i: 0 | 1) => points.reduce((sum, point) => sum + point[i], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const [above, below] = points.reduce(
    ([sum, squares], [px, py]) => [sum + (px - meanX) * (py - meanY), squares + (px - meanX) ** 2],
    [0, 0],
  )
  return above / below
}

/** In proportion to the largest size that was measured. */
function toMillion(one: Grown): Grown {
  const times = MILLION / one.subscribers
  return {
    ...one,
    ...{ subscribers: MILLION, emails: one.emails * times, planSeconds: one.planSeconds * times },
    ...{ sendSeconds: one.sendSeconds * times, plainSeconds: one.plainSeconds && one.plainSeconds * times },
  }
}

const daySeconds = ({ planSeconds, sendSeconds }: Grown): number => planSeconds + sendSeconds

function plotOf(real: readonly Grown[], many: readonly Grown[]): string {
  const points = (all: readonly Grown[], seconds: (one: Grown) => number) =>
    all.map((one) => ({ x: one.subscribers, y: seconds(one) * 1000 }))
  return plot(
    [
      { name: `${real[0]!.papers} papers`, isOurs: true, points: points(real, daySeconds) },
      { name: `${MANY_PAPERS} papers`, isOurs: true, points: points(many, daySeconds) },
      {
        ...{ name: `plain design, ${real[0]!.papers} papers`, isOurs: false },
        points: points(real, ({ plainSeconds = 0 }) => plainSeconds),
      },
    ],
    { title: 'Time to plan and send a day’s digests', x: 'subscribers', y: 'seconds' },
  )
}

function textOf(all: readonly Grown[], slopes: Record<string, number>, million: readonly Grown[]): string {
  const rows = [...all, ...million].map((one) => [
    ...[
      one.subscribers === MILLION ? '1000000 (calculated)' : one.subscribers,
      one.papers,
      one.emails.toFixed(0),
    ],
    ...[one.planSeconds.toFixed(1), ((one.planSeconds * 1e6) / one.subscribers).toFixed(0)],
    ...[one.sendSeconds.toFixed(1), one.perSecond.toFixed(0), daySeconds(one).toFixed(1)],
    ...[one.plainSeconds?.toFixed(1) ?? '–', one.planMegabytes.toFixed(0), one.sendMegabytes.toFixed(0)],
  ])
  const headings = [
    ...['subscribers', 'papers', 'emails', 'plan s', 'µs each', 'send s', 'emails/s', 'day s'],
    ...['plain design s', 'plan peak MB', 'send peak MB'],
  ]
  return [
    table(headings, rows),
    ...Object.entries(slopes).map(([name, value]) => `Slope of ${name}: ${value.toFixed(2)}`),
  ].join('\n')
}
