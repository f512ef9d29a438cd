// npm run lines
// Prints how many files and lines the core and each feature have, and their tests.
import { globSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { FEATURES } from '../src/features/index.ts'
import { optionsOrExit } from './options-or-exit.ts'

const SOURCES = ['src/**/*.{ts,peggy,eta}', 'templates/**/*.*', 'prisma/**/*.prisma']
const TESTS = ['test/**/*.{ts,py}']

interface Size {
  files: number
  lines: number
  testLines: number
}

const listed = (patterns: string[], isWanted: (path: string) => boolean): string[] =>
  globSync(patterns, { exclude: ['src/generated/**'] }).filter(isWanted)

const linesIn = (paths: string[]): number =>
  paths.reduce((sum, path) => sum + readFileSync(path, 'utf8').split('\n').length - 1, 0)

function sizeOf(isWanted: (path: string) => boolean): Size {
  const files = listed(SOURCES, isWanted)
  return { files: files.length, lines: linesIn(files), testLines: linesIn(listed(TESTS, isWanted)) }
}

const isOf = (name: string) => (path: string) => new RegExp(`(^|/)features/${name}[/.]`).test(path)

const print = (what: string, { files, lines, testLines }: Size): void =>
  console.log(what.padEnd(20), ...[files, lines, testLines].map((n) => n.toLocaleString('en').padStart(10)))

optionsOrExit((args) => parseArgs({ args }))
console.log(' '.repeat(20), ...['files', 'lines', 'of tests'].map((head) => head.padStart(10)))
print(
  'core',
  sizeOf((path) => !path.includes('features/')),
)
for (const { name } of FEATURES) print(`  ${name}`, sizeOf(isOf(name)))
print(
  'features',
  sizeOf((path) => path.includes('features/')),
)
print(
  'all',
  sizeOf(() => true),
)
