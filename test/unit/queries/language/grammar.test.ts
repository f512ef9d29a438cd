import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import peggy from 'peggy'
import { expect, test } from 'vitest'
import { isAddress, readPaperName } from '../../../../src/queries/language/paper-name.ts'

const folder = join(import.meta.dirname, '../../../../src/queries/language')
const parser = peggy.generate(readFileSync(join(folder, 'grammar.peggy'), 'utf8'), { trace: true })

/** How many rules the parser enters for a text, whether it can be read or not. */
function rulesEntered(text: string): number {
  let entered = 0
  const options = {
    tracer: { trace: ({ type }: { type: string }) => void (type === 'rule.enter' && entered++) },
    isAddress,
    isPaper: (one: string) => readPaperName(one) !== undefined,
    fault: (code: string) => {
      throw new Error(code)
    },
  }
  try {
    parser.parse(text, options)
  } catch {}
  return entered
}

const long = 'alpha OR '.repeat(100).concat('alpha')
const around = (open: string, close: string) => (text: string, levels: number) =>
  `${open.repeat(levels)}${text}${close.repeat(levels)}`

/** Ways to nest a long text, each of which reads it once however deep it is. */
const NESTS: Record<string, (text: string, levels: number) => string> = {
  brackets: around('(', ')'),
  'brackets behind or': around('a or (', ')'),
  'brackets behind OR': around('a OR (', ')'),
  'brackets behind and': around('a and (', ')'),
  'brackets behind not': around('a not (', ')'),
  'fields and minus': around('-title:(', ')'),
  'brackets never closed': around('a or (', ''),
}

test.each(Object.entries(NESTS))('%s: a text is read once at any depth', (_name, nest) => {
  const flat = rulesEntered(long)
  expect(flat).toBeGreaterThan(1000)
  for (const levels of [1, 4, 8]) expect(rulesEntered(nest(long, levels))).toBeLessThan(flat * 1.2 + 1000)
})
