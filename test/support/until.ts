import { setTimeout as sleep } from 'node:timers/promises'

/** Looks again and again until there is something to give back, for ten seconds. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(50)
  }
  throw new Error(`not within ten seconds: ${what}`)
}
