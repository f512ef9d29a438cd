import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { renderMjml } from '../../../../src/mail/rendering/render-mjml.ts'

const folder = mkdtempSync(join(tmpdir(), 'render-mjml-'))
afterAll(() => rmSync(folder, { recursive: true }))

const NAMES = ['note'] as const
const fileIn = (place: string) => join(folder, place, 'email-layout.json')

/** What another process would find: the file of `first`, changed. */
function changedCopy(place: string, change: object): void {
  cpSync(join(folder, 'first'), join(folder, place), { recursive: true })
  const stored = JSON.parse(readFileSync(fileIn('first'), 'utf8'))
  writeFileSync(fileIn(place), JSON.stringify({ ...stored, ...change }))
}

test('a layout is rendered once, and again when its templates have changed or its file is damaged', async () => {
  const { note } = await renderMjml(NAMES, { cacheFolder: join(folder, 'first') })
  expect(note).toContain('<html')
  expect(readdirSync(join(folder, 'first'))).toEqual(['email-layout.json'])
  const kept = { note: 'kept' }
  const hash = createHash('sha256').update(JSON.stringify(kept)).digest('hex')
  changedCopy('kept', { html: kept, hash })
  expect(await renderMjml(NAMES, { cacheFolder: join(folder, 'kept') })).toEqual({ note: 'kept' })
  changedCopy('outdated', { source: 'of other templates', html: { note: 'outdated' } })
  expect(await renderMjml(NAMES, { cacheFolder: join(folder, 'outdated') })).toEqual({ note })
  expect(readFileSync(fileIn('outdated'), 'utf8')).toBe(readFileSync(fileIn('first'), 'utf8'))
  changedCopy('changed', { html: kept })
  expect(await renderMjml(NAMES, { cacheFolder: join(folder, 'changed') })).toEqual({ note })
  changedCopy('damaged', {})
  writeFileSync(fileIn('damaged'), '{"source":')
  expect(await renderMjml(NAMES, { cacheFolder: join(folder, 'damaged') })).toEqual({ note })
})

test('a layout is rendered if its cache cannot be written', async () => {
  const noFolder = fileIn('first')
  expect((await renderMjml(NAMES, { cacheFolder: noFolder })).note).toContain('<html')
})
