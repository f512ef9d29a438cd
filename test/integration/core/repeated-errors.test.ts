import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { useDatabase } from '../../support/database.ts'
import { startDatabaseProxy } from '../../support/database-proxy.ts'
import { startProgram } from '../../support/processes.ts'
import { eventually } from '../../support/until.ts'

const AWAY_MS = 12_000

const database = useDatabase()

test('a worker whose database is away for a while writes each error of the queue once', async () => {
  const proxy = await startDatabaseProxy(database.url)
  const worker = startProgram(['src/main.ts', '--roles', 'worker'], {
    DATABASE_URL: proxy.url,
    HF_URL: 'http://127.0.0.1:1',
    LOG_LEVEL: 'info',
  })
  const lines: { event: string; what?: string }[] = []
  createInterface({ input: worker.stderr! }).on('line', (line) => lines.push(JSON.parse(line)))
  try {
    await eventually(() => lines.some(({ event }) => event === 'service.started'), { seconds: 60 })
    await proxy.close()
    await eventually(() => lines.some(({ event }) => event === 'queue.error'))
    await sleep(AWAY_MS)
    const errors = lines.filter(({ event }) => event === 'queue.error').map(({ what }) => what)
    expect(errors).toEqual([...new Set(errors)])
  } finally {
    worker.kill('SIGKILL')
  }
}, 120_000)
