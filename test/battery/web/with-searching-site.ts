import { fork } from 'node:child_process'
import { once } from 'node:events'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { commonWords, storeManyPapers } from './many-papers.ts'
import { seededDatabase } from './seeded-database.ts'
import type { Busy } from './site-meter.ts'

export interface SearchingSite {
  origin: string
  /** Words of its papers. */
  words: readonly string[]
  /** How busy it was since the last call. */
  busy(): Promise<Busy>
}

/** A site with a search thread, in a process of its own, on a database with many papers, until `work` is done. */
export async function withSearchingSite<T>(
  { part, papers }: { part: WrongPart | undefined; papers: number },
  work: (site: SearchingSite) => Promise<T>,
): Promise<T> {
  const { url, drop } = await seededDatabase()
  const stored = await storeManyPapers(url, papers)
  const [program = '', ...args] = programWith(part, 'test/battery/web/searching-site.ts')
  const child = fork(program, [...args, url])
  const ended = once(child, 'exit')
  try {
    const [port] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
    if (typeof port !== 'number' || child.exitCode !== null)
      throw new Error(`the site ended with ${String(port)}`)
    const busy = async () => {
      child.send('busy')
      const [value] = (await once(child, 'message')) as [Busy]
      return value
    }
    return await work({ origin: `http://127.0.0.1:${port}`, words: commonWords(stored), busy })
  } finally {
    if (child.connected) child.disconnect()
    await ended
    await drop()
  }
}
