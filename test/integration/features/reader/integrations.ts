import { expect, onTestFinished } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { checkReader } from '../../../../src/features/reader/check-reader.ts'
import { reader as feature } from '../../../../src/features/reader/index.ts'
import { type Checks, linesOf } from '../../docs/recipe-world.ts'
import { startStandInReader } from './stand-in-reader.ts'

/** The settings of a block make a model at a stand-in grade a sample. */
async function gradesWith(block: string): Promise<void> {
  const reader = await startStandInReader(() => 8)
  onTestFinished(() => reader.close())
  const typed = Object.fromEntries(linesOf(block).map((line) => line.split(/=(.*)/)))
  const origin = new URL(typed.READER_URL).origin
  const settings = { ...typed, READER_URL: typed.READER_URL.replace(origin, new URL(reader.url).origin) }
  const config = readConfig(settings, [feature])
  expect(await checkReader(config, { timeoutMs: 5000 })).toMatchObject([{ state: 'ok' }])
  expect(reader.requests[0]).toMatchObject({
    body: { model: typed.READER_MODEL },
    authorization: typed.READER_KEY && `Bearer ${typed.READER_KEY}`,
  })
}

export const integrations = (): Checks => ({
  Ollama: [gradesWith],
  'vLLM, or a hosted model': [gradesWith],
})
