import { describe, expect, test } from 'vitest'
import { mutate } from '../../mutations/mutation.ts'
import { placesOf } from '../../mutations/places.ts'
import { parseSourceFile } from '../../support/source-files.ts'

const mutantsOf = (text: string) =>
  placesOf('src/a.ts', parseSourceFile('a.ts', text)).flatMap(({ mutants }) => mutants)

/** What a snippet becomes by one operator. */
const results = (operator: string, text: string): string[] =>
  mutantsOf(text)
    .filter((mutant) => mutant.operator === operator)
    .map((mutant) => mutate(text, mutant))

describe('operators on expressions', () => {
  test.each([
    ['comparison-flipped', 'f(a < b)', ['f(a >= b)']],
    ['comparison-flipped', 'f(a === b)', ['f(a !== b)']],
    ['border-moved', 'f(a < b)', ['f(a <= b)']],
    ['border-moved', 'f(a === b)', []],
    ['logical-swapped', 'f(a && (b || c))', ['f(a || (b || c))', 'f(a && (b && c))']],
    ['logical-swapped', 'f(a ?? b)', []],
    ['arithmetic-swapped', 'f(a + 1)', ['f(a - 1)']],
    ['arithmetic-swapped', "f('a' + b + c)", []],
    ['arithmetic-swapped', 'a += b', ['a -= b']],
    ['condition-negated', 'if (a) f()', ['if (!(a)) f()']],
    ['condition-negated', 'if (a < b) f()', []],
    ['condition-true', 'f(a ? b : c)', ['f(true ? b : c)']],
    ['condition-false', 'f(a ? b : c)', ['f(false ? b : c)']],
    ['number-raised', 'f(5, 3000)', ['f(6, 3000)', 'f(5, 6000)']],
    ['number-lowered', 'f(0)', ['f((-1))']],
    ['number-raised', 'f({ 404: a })', []],
    ['method-swapped', 'f(list.some(g))', ['f(list.every(g))']],
    ['method-swapped', 'f(list.toString())', []],
    ['filter-dropped', 'f(list.filter((a) => a).map(g))', ['f(list.map(g))']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the snippet has one.
    ['template-emptied', 'f(`a ${b}`)', ["f('')"]],
  ])('%s of `%s`', (operator, before, after) => expect(results(operator, before)).toEqual(after))

  test('types have no mutants', () =>
    expect(mutantsOf('type A = { a: 1 }\nconst f = (a: 2) => g<3>(a as 4)')).toEqual([]))
})

describe('operators on statements', () => {
  test.each([
    ['call-removed', 'if (a) f()', ['if (a) {}']],
    ['call-removed', 'const a = f()', []],
    ['call-removed', "deps.log.info('done')", []],
    ['await-removed', 'await f()', ['{}']],
    [
      'return-constant',
      'const f = (a): boolean => g(a)',
      [true, false].map((b) => `const f = (a): boolean => ${b}`),
    ],
    ['return-constant', 'function f(): number { return a }', ['function f(): number { return 0 }']],
    [
      'return-constant',
      'const f = async (): Promise<string> => a',
      ["const f = async (): Promise<string> => ''"],
    ],
    ['return-constant', 'const f = (): A[] => a', ['const f = (): A[] => []']],
    ['return-constant', 'const f = (): A | null => a', ['const f = (): A | null => null']],
    ['return-constant', 'const f = (): A => a', []],
  ])('%s of `%s`', (operator, before, after) => expect(results(operator, before)).toEqual(after))
})

describe('operators on queries', () => {
  const sql = (text: string) => `db.$queryRaw\`${text}\``
  test.each([
    ['sql-border-moved', 'where a <= 1', ['where a < 1']],
    ['sql-border-moved', "where a <> 1 and b -> 'x < y'", []],
    ['sql-logic-swapped', 'where a or b', ['where a and b']],
    ['sql-logic-swapped', 'where a between 1 and 2', []],
    ['sql-order-turned', 'order by a desc', ['order by a asc']],
    [
      'sql-condition-dropped',
      'where a = (b and c) limit 1',
      ['where true limit 1', 'where a = (b ) limit 1'],
    ],
    [
      'sql-condition-dropped',
      'where a between 1 and 2 and b',
      ['where true and b', 'where a between 1 and 2 '],
    ],
  ])('%s of `%s`', (operator, before, after) =>
    expect(results(operator, sql(before))).toEqual(after.map(sql)),
  )

  test.each([
    [
      'sql-condition-dropped',
      'f({ where: { a, b: 1 } })',
      ['f({ where: { ...{}, b: 1 } })', 'f({ where: { a, ...{} } })'],
    ],
    ['sql-border-moved', 'f({ where: { a: { lt: b } } })', ['f({ where: { a: { lte: b } } })']],
    ['sql-order-turned', "f({ orderBy: { a: 'asc' } })", ["f({ orderBy: { a: 'desc' } })"]],
  ])("%s of Prisma's `%s`", (operator, before, after) => expect(results(operator, before)).toEqual(after))
})

describe('placesOf', () => {
  test('names a mutant by file, line and operator, and counts those of the same name', () =>
    expect(mutantsOf('\nconst f = () => a && b && c').map(({ id }) => id)).toEqual([
      'src/a.ts:2:logical-swapped',
      'src/a.ts:2:logical-swapped#2',
    ]))

  test('counts a callback to the function around it', () => {
    const text = 'function one() { if (a) f(() => a < b) }\nconst two = () => a < b'
    const scopes = placesOf('src/a.ts', parseSourceFile('a.ts', text)).map(({ scope }) => scope)
    expect(new Set(scopes).size).toBe(2)
  })
})
