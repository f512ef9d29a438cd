import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { linkLibraries } from '../../../../src/core/database/library-links.ts'

let folder: string

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'library-links-')), 'native')
  mkdirSync(join(folder, 'lib'), { recursive: true })
  writeFileSync(join(folder, 'lib/libpq.so.5.17'), 'libpq')
})

afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

test('`linkLibraries` makes the links that are missing, and does nothing the next time', () => {
  const source = 'native/lib/libpq.so.5.17'
  const links = ['native/lib/libpq.so', 'native/lib/libpq.so.5'].map((target) => ({ source, target }))
  writeFileSync(join(folder, 'pg-symlinks.json'), JSON.stringify(links))
  linkLibraries(folder)
  linkLibraries(folder)
  expect(readlinkSync(join(folder, 'lib/libpq.so.5'))).toBe('libpq.so.5.17')
  expect(readFileSync(join(folder, 'lib/libpq.so'), 'utf8')).toBe('libpq')
})

test('`linkLibraries` does nothing for a package without a list of links', () => {
  expect(() => linkLibraries(folder)).not.toThrow()
})

test.runIf(process.platform === 'linux')('`linkLibraries` throws database.no-links if it cannot', () => {
  // There not even root can make files.
  const target = relative(dirname(folder), '/sys/kernel/libpq.so')
  writeFileSync(
    join(folder, 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libpq.so.5.17', target }]),
  )
  expect(() => linkLibraries(folder)).toThrow(
    expect.objectContaining({ code: 'database.no-links', values: { folder: dirname(folder) } }),
  )
})
