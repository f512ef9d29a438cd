import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openImageStore } from '../../../../src/features/share-images/image-store.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'images-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const sizeOf = (path: string): number =>
  readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0)

test('a store reads what it wrote, in a folder that did not exist', async () => {
  const store = openImageStore(join(folder, 'new'))
  expect(await store.read('a.png')).toBeUndefined()
  await store.write('a.png', Buffer.from('image'))
  expect(String(await store.read('a.png'))).toBe('image')
})

test('a store never has more than its limit, and removes the oldest first', async () => {
  const store = openImageStore(folder, 10_000)
  for (let n = 0; n < 60; n++) {
    const name = `${n}.png`
    await store.write(name, Buffer.alloc(500))
    utimesSync(join(folder, name), n, n)
    expect(sizeOf(folder)).toBeLessThanOrEqual(10_000)
  }
  expect(await store.read('0.png')).toBeUndefined()
  expect(await store.read('59.png')).toHaveLength(500)
})

test('a store counts what an earlier process left, also what it did not finish', async () => {
  for (let n = 0; n < 40; n++) writeFileSync(join(folder, `${n}.png.part`), Buffer.alloc(500))
  await openImageStore(folder, 10_000).write('new.png', Buffer.alloc(500))
  expect(sizeOf(folder)).toBeLessThanOrEqual(10_000)
})

test('a store whose folder cannot be written goes on without it, until it can', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const store = openImageStore(file)
  await store.write('a.png', Buffer.from('image'))
  expect(await store.read('a.png')).toBeUndefined()

  rmSync(file)
  await store.write('b.png', Buffer.from('image'))
  expect(String(await store.read('b.png'))).toBe('image')
})
