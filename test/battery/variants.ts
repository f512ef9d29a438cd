import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CASES } from './cases.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * The wrong variants of the battery and of the tests, one per line, sorted: rows that must catch one, files that replace a
 * file of the program, and entries of the tables named WRONG_….
 */
export const listVariants = (folder = root, rows = CASES.map(({ name }) => name)): string[] =>
  [
    ...rows.filter((name) => name.includes('wrong')).map((name) => `row ${name}`),
    ...globSync(['test/**/wrong-parts/*.ts', 'test/battery/features/**/*.ts'], { cwd: folder }).map(
      (file) => `file ${file}`,
    ),
    ...globSync('test/**/*.ts', { cwd: folder }).flatMap((file) =>
      entriesOf(readFileSync(resolve(folder, file), 'utf8')).map((entry) => `entry ${file} ${entry}`),
    ),
  ].sort()

/** "WRONG_OFFERS by-day" for each key of such an object, and the wrong files that a test runs a program with. */
function entriesOf(text: string): string[] {
  const tables = text.matchAll(/^(?:export )?const (WRONG_[A-Z_]+)\b[^\n]*= \{\n(.*?)^\}/gms)
  const keys = [...tables].flatMap(([, name = '', body = '']) =>
    [...body.matchAll(/^ {2}(?:'([^']+)'|([\w-]+)): /gm)].map(
      ([, quoted, bare]) => `${name} ${quoted ?? bare}`,
    ),
  )
  const files = [...text.matchAll(/\bwrong: '(test\/[^']+)'/g)].map(
    ([, file]) => `replaces a file by ${file}`,
  )
  return [...keys, ...files]
}
