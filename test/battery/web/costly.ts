import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Profile, Verdict } from '../battery-case.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import type { Asked } from './costly-site.ts'
import { commonWords, storeManyPapers } from './many-papers.ts'
import { seededDatabase } from './seeded-database.ts'

const PAPERS = { ci: 1500, nightly: 20_000 }
/** Milliseconds of processor time in which the main thread does one thing. */
const MAX_SILENT_MS = 100

/** No query, however long or deep, keeps other visitors waiting. */
export async function noQueryStopsIt(profile: Profile): Promise<Verdict> {
  const asked = await askAll(PAPERS[profile])
  const answered = asked.filter(({ status }) => status === 200).length
  return {
    ok: asked.every(isFine) && answered > asked.length / 2,
    n: `${asked.length} requests (${answered} with results), ${PAPERS[profile]} papers`,
    result: `longest silence ${inWords(longest(asked))}; most in all ${inWords(most(asked))}`,
  }
}

/** Whether the battery sees that a wrong part keeps others waiting. */
export async function stopsWith(part: WrongPart): Promise<Verdict> {
  const asked = await askAll(PAPERS.ci, part)
  const isCaught = !asked.every(isFine)
  const result = `${isCaught ? 'caught' : 'NOT CAUGHT'}: ${inWords(longest(asked))}; most in all ${inWords(most(asked))}`
  return { ok: isCaught, n: `${asked.length} requests`, result }
}

const isFine = ({ status, silentMs }: Asked): boolean =>
  status < 500 && status !== 429 && silentMs <= MAX_SILENT_MS

const inWords = ({ name, status, silentMs, allMs }: Asked): string =>
  `${Math.round(silentMs)} of ${Math.round(allMs)} ms of processor time (${name}: ${status})`

const longest = (asked: readonly Asked[]): Asked =>
  asked.toSorted((a, b) => Number(isFine(a)) - Number(isFine(b)) || b.silentMs - a.silentMs)[0]!
const most = (asked: readonly Asked[]): Asked => asked.toSorted((a, b) => b.allMs - a.allMs)[0]!

async function askAll(count: number, part?: WrongPart): Promise<Asked[]> {
  const { url, drop } = await seededDatabase()
  try {
    const papers = await storeManyPapers(url, count)
    const [program = '', ...args] = programWith(part, 'test/battery/web/costly-site.ts')
    const site = fork(program, [...args, url, commonWords(papers).join(' '), String(chanceOfRow().seed)])
    const ended = once(site, 'exit')
    const [asked] = (await Promise.race([once(site, 'message'), ended])) as [unknown]
    await ended
    if (!Array.isArray(asked)) throw new Error(`the site ended with ${String(asked)}`)
    return asked as Asked[]
  } finally {
    await drop()
  }
}
