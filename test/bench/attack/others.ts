import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from '../../../src/core/clock.ts'
import { network, send } from './http-request.ts'

/** By request: how long each took, in milliseconds, and how many did what was asked. */
export type Noticed = Record<string, { ms: number[]; succeeded: number }>

const PAUSE_MS = 200
const QUERIES = ['language models', '"world model"', 'agents', 'diffusion', 'retrieval -agents']

let asked = 0

/** For some milliseconds people read the newest papers, search and sign up, each from a network of their own. */
export async function noticedByOthers(port: number, ms: number): Promise<Noticed> {
  const end = monotonicMs() + ms
  const noticed: Noticed = {}
  const goOn = async (name: string, ask: (n: number) => ReturnType<typeof send>, success: string) => {
    const seen = { ms: [] as number[], succeeded: 0 }
    noticed[name] = seen
    while (monotonicMs() < end) {
      const began = monotonicMs()
      if ((await ask(asked++)) === success) seen.succeeded++
      seen.ms.push(monotonicMs() - began)
      await sleep(PAUSE_MS)
    }
  }
  const from = (n: number) => network(20, n)
  const search = (n: number) => {
    const query = `${QUERIES[n % QUERIES.length]} -w${n}`
    return send({ port, path: `/papers?q=${encodeURIComponent(query)}`, from: from(n) })
  }
  const signUp = (n: number) => {
    const body = new URLSearchParams({ email: `reader${n}@others${n}.example`, topic: 'agents' })
    return send({ port, path: '/subscribe', from: from(n), body })
  }
  await Promise.all([
    goOn('GET /', (n) => send({ port, path: '/', from: from(n) }), '200'),
    goOn('search', search, '200'),
    goOn('sign-up', signUp, '303'),
  ])
  return noticed
}
