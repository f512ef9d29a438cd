import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { useDatabase } from '../../support/database.ts'
import { startDatabaseProxy } from '../../support/database-proxy.ts'
import { startProgram } from '../../support/processes.ts'
import { eventually } from '../../support/until.ts'

const RETRIES = 30

const database = useDatabase()

test('a worker without its database writes each error of the queue once', async () => {
  const proxy = await startDatabaseProxy(database.url)
  const worker = startProgram(['src/main.ts', '--roles', 'worker'], {
    DATABASE_URL: proxy.url,
    HF_URL: 'http://127.0.0.1:1',
    LOG_LEVEL: 'info',
  })
  const lines: { event: string; what?: string; repeated?: number }[] = []
  createInterface({ input: worker.stderr! }).on('line', (line) => lines.push(JSON.parse(line)))
  try {
    await eventually(() => lines.some(({ event }) => event === 'service.started'), { seconds: 60 })
    proxy.leadTo('postgres://127.0.0.1:1/')
    const before = proxy.count()
    proxy.cut('reset')
    await eventually(() => lines.some(({ event }) => event === 'queue.error'))
    await eventually(() => proxy.count() >= before + RETRIES, { seconds: 60 })
    // After 30 s a line says how often an error was repeated.
    const first = lines.filter(({ event, repeated }) => event === 'queue.error' && repeated === undefined)
    const texts = first.map(({ what }) => what)
    expect(texts).toEqual([...new Set(texts)])
  } finally {
    worker.kill('SIGKILL')
  }
}, 120_000)
