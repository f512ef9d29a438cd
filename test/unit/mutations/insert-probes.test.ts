import { expect, test } from 'vitest'
import { insertProbes } from '../../mutations/insert-probes.ts'
import { parseSourceFile } from '../../support/source-files.ts'

/** The first file with a probe where it has «». */
function probed(text: string, ...others: string[]): string[] {
  const file = parseSourceFile('a/a.ts', text.replace('«', '').replace('»', ''))
  const all = [file, ...others.map((other, nth) => parseSourceFile(`a/${nth}.ts`, other))]
  const changed = insertProbes([{ path: 'a/a.ts', position: text.indexOf('«') }], all)
  return [...changed.values()].map((one) => one.split('\nimport { reached')[0]!)
}

test.each([
  ['a statement', 'function f() {\n  a()\n  b(«1»)\n}', 'function f() {\n  a()\n  probeReached(0);b(1)\n}'],
  ['a branch', 'function f() { if (a) return «1» }', 'function f() { if (a) {probeReached(0);return 1} }'],
  ['an arrow function', 'const f = () => ({ a: «1» })', 'const f = () => (probeReached(0), ({ a: 1 }))'],
  ['a default', 'const f = (a = «1») => a', 'const f = (a = 1) => (probeReached(0), a)'],
])('the code around %s is probed', (_, before, after) => expect(probed(before)).toEqual([after]))

test('a constant of a file is probed where functions use it, also of other files and other constants', () => {
  const changed = probed(
    'export const A = «1»\nconst B = A + 1\nconst f = () => B',
    "import { A } from './a.ts'\nconst g = () => A",
    'const h = () => A',
  )
  expect(changed).toEqual([
    'export const A = 1\nconst B = A + 1\nconst f = () => (probeReached(0), B)',
    "import { A } from './a.ts'\nconst g = () => (probeReached(0), A)",
  ])
})
