import { setImmediate as nextImmediate } from 'node:timers/promises'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { monotonicMs } from '../../../src/core/clock.ts'
import type { Door } from './door.ts'
import type { Doors } from './world.ts'

const AT_ONCE = 30
const NETWORKS = 20
/** With more than a hundred in progress, what was typed is no longer kept. */
const AT_ONCE_OF_MANY = 5
/** Two run and six wait for one network; four run and 32 wait for all. */
const MAX_OF_ONE = 8
const MAX_OF_ALL = 36
/** CPU time of this process while somebody else waits for the newest papers: other programs share the machine. */
const MAX_CPU_MS = 1500
const EMAIL = 'ann@typed.example'

/** As many topics as a form takes, and long ones. */
const TOPICS = Array.from({ length: 20 }, (_, n) =>
  Array.from({ length: 60 }, (_, word) => `w${n}x${word}`).join(' OR '),
)

const preview = (remoteAddress: string): InjectOptions => ({
  method: 'POST',
  url: '/preview',
  remoteAddress,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload: `email=${encodeURIComponent(EMAIL)}&${TOPICS.map((topic) => `topic=${encodeURIComponent(topic)}`).join('&')}`,
})

/** Very expensive previews all at once, from one network and then from twenty, while others read the newest papers. */
export const searchesTakeTheirTurn: Door = async (doors) => {
  // Papers are read into memory, and code is compiled.
  await doors.ask({ url: '/' })
  await doors.ask(preview('192.0.2.1'))
  const one = await crowd(doors, ['203.0.113.7'], AT_ONCE)
  const many = doors.wrong.hook
    ? null
    : await crowd(
        doors,
        Array.from({ length: NETWORKS }, (_, n) => `198.51.${n}.7`),
        AT_ONCE_OF_MANY,
      )
  const seen = [one, ...(many ? [many] : [])]
  return {
    n: seen.map(({ n }) => n).join('; '),
    faults: [...faultsOf(one, MAX_OF_ONE), ...(many ? faultsOf(many, MAX_OF_ALL) : [])],
    shut: seen.map(({ figures }) => figures).join('; '),
    enough: seen.every(({ found, reads }) => found.length > 0 && reads.length > 0),
  }
}

interface Crowd {
  n: string
  figures: string
  found: LightMyRequestResponse[]
  refused: LightMyRequestResponse[]
  reads: { status: number; ms: number; cpuMs: number }[]
}

async function crowd(doors: Doors, networks: string[], atOnce: number): Promise<Crowd> {
  const burst = networks.flatMap((network) =>
    Array.from({ length: atOnce }, () => doors.ask(preview(network))),
  )
  let isOver = false
  const all = Promise.all(burst).finally(() => {
    isOver = true
  })
  const reads: Crowd['reads'] = []
  while (!isOver) {
    const [began, cpu] = [monotonicMs(), process.cpuUsage()]
    const { statusCode } = await doors.ask({ url: '/' })
    const { user, system } = process.cpuUsage(cpu)
    reads.push({ status: statusCode, ms: monotonicMs() - began, cpuMs: (user + system) / 1000 })
    // Without a socket, a page that is in memory is there at once, and nothing else would run.
    await nextImmediate()
  }
  const answers = await all
  const found = answers.filter(({ statusCode }) => statusCode === 200)
  const refused = answers.filter(({ statusCode }) => statusCode !== 200)
  const n = `${burst.length} previews of ${networks.length} network${networks.length > 1 ? 's' : ''}`
  const times = reads.map(({ ms }) => ms).sort((a, b) => a - b)
  const at = (share: number) =>
    `${Math.round(times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0)}`
  const figures = `${found.length} made, ${refused.length} refused; GET / of others p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} ms, CPU meanwhile at most ${Math.round(Math.max(...reads.map(({ cpuMs }) => cpuMs)))} ms, of ${times.length}`
  return { n, figures, found, refused, reads }
}

function faultsOf({ n, found, refused, reads }: Crowd, most: number): string[] {
  const late = reads.filter(({ status, cpuMs }) => status !== 200 || cpuMs > MAX_CPU_MS)
  return [
    ...(found.length > most ? [`POST /preview: ${found.length} of ${n} made, at most ${most} may be`] : []),
    ...refused.flatMap(faultsOfRefusal),
    ...(late.length > 0
      ? [
          `GET /: ${late.length} of ${reads.length} late or refused, the worst after ${Math.round(Math.max(...reads.map(({ cpuMs }) => cpuMs)))} ms of CPU`,
        ]
      : []),
  ]
}

function faultsOfRefusal({ statusCode, headers, body }: LightMyRequestResponse): string[] {
  const wrong: [boolean, string][] = [
    [statusCode !== 429 && statusCode !== 503, `${statusCode}`],
    [!(Number(headers['retry-after']) > 0), `${statusCode} without Retry-After`],
    [
      !body.includes(`value="${EMAIL}"`) || !TOPICS.every((topic) => body.includes(topic)),
      'what was typed is lost',
    ],
  ]
  return wrong.flatMap(([isWrong, what]) => (isWrong ? [`POST /preview: ${what}`] : []))
}
