import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CASES } from '../../battery/cases.ts'
import { NIGHTLY_ONLY } from '../../battery/nightly-only.ts'
import { PROMISES } from '../../battery/promises.ts'

const root = resolve(import.meta.dirname, '../../..')
const known = CASES.map(({ name }) => name)
const textOf = (file: string) => readFileSync(resolve(root, file), 'utf8')

test('each promise of the README is tested', () => {
  const promised = textOf('README.md').match(/^\d\. \*\*/gm) ?? []
  expect(PROMISES.length).toBe(promised.length)
})

describe.each(PROMISES)('$promise', ({ cases, variants }) => {
  test('has cases and wrong variants, and all of them exist', () => {
    expect([...cases, ...variants].filter((name) => !known.includes(name))).toEqual([])
    expect(cases.filter((name) => name.includes('wrong'))).toEqual([])
    expect(variants.filter((name) => !name.includes('wrong'))).toEqual([])
  })

  test('keeps a case and a wrong variant in profile ci', () => {
    expect(cases.filter((name) => !NIGHTLY_ONLY[name])).not.toEqual([])
    expect(variants.filter((name) => !NIGHTLY_ONLY[name])).not.toEqual([])
  })
})

describe('each row that profile ci skips', () => {
  test('exists', () => {
    expect(Object.keys(NIGHTLY_ONLY).filter((name) => !known.includes(name))).toEqual([])
  })

  test.each(Object.entries(NIGHTLY_ONLY))('%s has a check that runs on each push: %s', (_name, reason) => {
    const tests = reason.match(/[\w/.-]+\.test\.ts/g) ?? []
    const rows = (reason.match(/[\w-]+/g) ?? []).filter((word) => known.includes(word))
    expect(tests.filter((file) => !existsSync(resolve(root, 'test', file)))).toEqual([])
    expect(rows.filter((name) => NIGHTLY_ONLY[name])).toEqual([])
    expect(tests.length + rows.length).toBeGreaterThan(0)
    expect(reason).toMatch(/^[\w-/].*\.$/)
  })
})
