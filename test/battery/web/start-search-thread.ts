import type { Config } from '../../../src/config/config.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { openSearchThread } from '../../../src/service/search-thread.ts'
import { NOON } from './seed.ts'

/** The search thread of a site whose clock begins at NOON, with the same wrong part as the site. */
export function startSearchThread(settings: Config) {
  const config = { ...settings, CLOCK_NOW: NOON }
  const clockBeganAt = systemClock().now()
  const filename = new URL('../bench/search-program.ts', import.meta.url).href
  const searchThread = openSearchThread({ config, clockBeganAt }, { count: () => {} }, { filename })
  return { config, clockBeganAt, searchThread }
}
