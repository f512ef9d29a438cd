import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 50

/** Calls `look` until it returns a value, by default for ten seconds. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  { seconds = 10 } = {},
): Promise<T> {
  for (let tries = 0; tries < (seconds * 1000) / EVERY_MS; tries++) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(EVERY_MS)
  }
  throw new Error(`not within ${seconds} seconds: ${what}`)
}

/** Calls `holds` until it returns a true value, by default for half a minute; an error counts as false. */
export function eventually<T>(
  holds: () => T | Promise<T>,
  { seconds = 30 }: { seconds?: number } = {},
): Promise<Exclude<T, undefined | null | false>> {
  type Held = Exclude<T, undefined | null | false>
  const look = async () => ((await holds()) || undefined) as Held | undefined
  return until(String(holds), () => look().catch(() => undefined), { seconds })
}
