import type { Lab } from './lab.ts'

export const EVERY_HOURS = 3

export const at = (day: string, hour: number): Date =>
  new Date(Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000)

export const hours = (from: string, count: number): Date[] =>
  Array.from({ length: Math.floor(count / EVERY_HOURS) + 1 }, (_, i) => at(from, i * EVERY_HOURS))

/** In one container: the papers of each day at six, and a run at each hour. */
export async function runHours(lab: Lab, instants: Date[], days: string[]): Promise<void> {
  const lines = instants.flatMap((instant) => {
    const day = instant.toISOString().slice(0, 10)
    const clock = `CLOCK_NOW=${instant.toISOString()}`
    const fetches = instant.getUTCHours() === 6 && days.includes(day)
    return [
      ...(fetches ? [`${clock} daily-papers papers fetch --date ${day} --json`] : []),
      `${clock} daily-papers digests run --json`,
    ]
  })
  const script = ['set -e', ...lines].join('\n')
  await lab.compose.run(['run', '--rm', '-T', '-e', 'NODE_ENV=replay', 'app', 'sh', '-c', script])
}
