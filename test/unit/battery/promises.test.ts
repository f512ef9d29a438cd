import { globSync, readFileSync } from 'node:fs'
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

test('docs/battery.md has every case: npm run battery -- --record NAME', () => {
  const page = textOf('docs/battery.md')
  expect(known.filter((name) => !page.includes(`- \`${name}\` · `))).toEqual([])
})

describe('what profile ci skips', () => {
  test('exists', () => {
    expect(Object.keys(NIGHTLY_ONLY).filter((name) => !known.includes(name))).toEqual([])
  })

  test.each(Object.entries(NIGHTLY_ONLY))('%s: %s', (_name, reason) => {
    const needed = /^it needs ([\w-]+)/.exec(reason)?.[1]
    const others = reason
      .match(/[A-Za-z][\w-]+(\.repo|\.slow)?(\.test\.ts)?/g)!
      .filter((word) => word !== needed)
    const tests = others.filter((word) => word.endsWith('.test.ts'))
    const cases = others.filter((word) => known.includes(word))
    expect(tests.filter((file) => globSync(`test/**/${file}`, { cwd: root }).length === 0)).toEqual([])
    expect(cases.filter((name) => NIGHTLY_ONLY[name])).toEqual([])
    expect(needed === undefined || known.includes(needed)).toBe(true)
    expect(tests.length + cases.length).toBeGreaterThan(0)
  })
})
